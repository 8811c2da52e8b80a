import { startMoto } from "../conformance/servers/moto.ts";
import { sqsBed } from "../conformance/sqs-bed.ts";
import { journeys } from "./suite.ts";

journeys("SQS (moto)", async () => ({ bed: await sqsBed(await startMoto()) }));
