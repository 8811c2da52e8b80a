import { rabbitmqBed } from "../conformance/rabbitmq-bed.ts";
import { journeys } from "./suite.ts";

journeys("RabbitMQ", async () => ({ bed: await rabbitmqBed() }));
