import { expect, test } from "vitest";
import type { Observed } from "../../../core/manifest.ts";
import { adoptionFindings, vanishingQueueFindings } from "./takeover.ts";

const deployment = (
  ownerReferences: { uid: string; controller: boolean; kind: string; name: string }[],
): Observed => ({
  kind: "Deployment",
  metadata: { name: "a", ownerReferences },
});
const codes = (existing: Observed, annotations = {}) =>
  adoptionFindings("uid-1", annotations, { workload: existing, scaledObject: undefined }).map(
    ({ code }) => code,
  );

test("a workload of this name that nobody owns is taken over only on request", () => {
  expect(codes(deployment([]))).toEqual(["E044"]);
  expect(codes(deployment([]), { "asya.sh/adopt": "true" })).toEqual([]);
});

test("one that another controller owns is never taken over", () => {
  const owned = deployment([{ uid: "uid-2", controller: true, kind: "AsyncActor", name: "other" }]);
  expect(codes(owned, { "asya.sh/adopt": "true" })).toEqual(["E044"]);
});

test("our own, not yet in the actor's references, is no stranger", () => {
  expect(codes(deployment([{ uid: "uid-1", controller: true, kind: "AsyncActor", name: "a" }]))).toEqual([]);
});

test("a queue that exists and would no longer be rendered is an error, other objects may go", () => {
  const observed = { "rabbitmq-dlq": { kind: "Queue" }, "rabbitmq-user": { kind: "User" } };
  expect(
    vanishingQueueFindings({}, observed).map(({ code, message }) => [code, message.split(" ")[0]]),
  ).toEqual([["E046", "rabbitmq-dlq"]]);
});
