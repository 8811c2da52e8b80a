import { startMoto } from "./servers/moto.ts";
import { SQS, sqsBed } from "./sqs-bed.ts";
import { conformance } from "./suite.ts";

// moto takes time that grows with the square of what lies in a queue.
conformance("sqs on moto", { ...SQS, load: 100 }, async () => await sqsBed(await startMoto()));
