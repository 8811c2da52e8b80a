import { startElasticMq } from "../conformance/servers/elasticmq.ts";
import { sqsBed } from "../conformance/sqs-bed.ts";
import { journeys } from "./suite.ts";

journeys("SQS (ElasticMQ)", async () => ({ bed: await sqsBed(await startElasticMq()) }));
