import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { delayTopology } from "./delays.ts";

const FILE = new URL("../../compositions/platform/rabbitmq-topology.yaml", import.meta.url);

interface Document {
  kind: string;
  spec: Record<string, unknown> & { name: string; destination: string; arguments: Record<string, unknown> };
}

const documents = parseAllDocuments(readFileSync(FILE, "utf8")).map((one) => one.toJS() as Document);
const ofKind = (kind: string) => documents.filter((one) => one.kind === kind).map(({ spec }) => spec);

it("the platform's manifests and the client's own declarations are one topology", () => {
  const topology = delayTopology("asya");
  expect(ofKind("Exchange").map(({ name, type, durable }) => ({ name, type, durable }))).toEqual([
    { name: "asya", type: "topic", durable: true },
    { name: topology.exchange, type: topology.type, durable: true },
  ]);
  const queues = ofKind("Queue").map(({ name, type, durable, arguments: own }) => [
    name,
    durable,
    // The operator sends the type as this argument.
    { ...own, "x-queue-type": type },
  ]);
  expect(queues).toEqual(topology.queues.map(({ name, arguments: own }) => [name, true, own]));
  const bindings = ofKind("Binding").map(({ source, destination, routingKey, arguments: match }) => [
    source,
    destination,
    routingKey,
    match,
  ]);
  expect(bindings).toEqual(
    topology.queues.map(({ name, match }) => [topology.exchange, name, undefined, match]),
  );
});
