import { to } from "@crossplane-org/function-sdk-typescript";
import { runProgram } from "../../functions/asyncactor/server/program.ts";

/** What gRPC, TLS and the SDK cost by themselves: the same server with a handler that does nothing. */
process.exit(await runProgram((request) => to(request), process.argv.slice(2), process.env));
