import { runFunction } from "./run-function.ts";
import { runProgram } from "./server/program.ts";

process.exit(await runProgram(runFunction, process.argv.slice(2), process.env));
