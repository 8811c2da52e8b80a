import { expect, it } from "vitest";
import type { Observed } from "../../core/manifest.ts";
import { isPremature } from "./order.ts";

const REQUESTED: Observed = {
  metadata: { annotations: { "crossplane.io/external-create-succeeded": "2026-11-25T12:00:00Z" } },
};
const READY: Observed = { status: { conditions: [{ type: "Ready", status: "True" }] } };

it.each<[string, Record<string, Observed>, boolean]>([
  ["sqs-dlq", {}, false],
  ["sqs-queue", {}, true],
  ["sqs-queue", { "sqs-dlq": { metadata: {} } }, true],
  ["sqs-queue", { "sqs-dlq": REQUESTED }, false],
  ["sqs-queue", { "sqs-dlq": READY }, false],
  ["iam-role", {}, false],
  ["iam-policy", {}, true],
  ["iam-policy", { "iam-role": REQUESTED }, true],
  ["iam-policy", { "iam-role": READY }, false],
  ["service-account", {}, false],
])("%s where %j is observed: too early: %s", (key, observed, premature) => {
  const wanted = { "sqs-queue": {}, "sqs-dlq": {}, "iam-role": {}, "iam-policy": {} };
  expect(isPremature(key, wanted, observed)).toBe(premature);
});

it("a queue without dead letters waits for nothing", () => {
  expect(isPremature("sqs-queue", { "sqs-queue": {} }, {})).toBe(false);
});
