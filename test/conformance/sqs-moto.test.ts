import { startMoto } from "./servers/moto.ts";
import { SQS, sqsBed } from "./sqs-bed.ts";
import { conformance } from "./suite.ts";

conformance("sqs on moto", SQS, async () => await sqsBed(await startMoto()));
