import { startElasticMq } from "./servers/elasticmq.ts";
import { SQS, sqsBed } from "./sqs-bed.ts";
import { conformance } from "./suite.ts";

conformance("sqs on ElasticMQ", SQS, async () => await sqsBed(await startElasticMq()));
