import { startMoto } from "../conformance/servers/moto.ts";
import { sqsBed } from "../conformance/sqs-bed.ts";
import { journeys } from "./journeys.ts";

journeys("sidecars on sqs (moto)", async () => await sqsBed(await startMoto()));
