import { rabbitmqBed } from "./rabbitmq-bed.ts";
import { conformance } from "./suite.ts";

conformance(
  "rabbitmq",
  { outliveProcesses: true, loseConnections: true, restart: true, load: 2_000 },
  rabbitmqBed,
);
