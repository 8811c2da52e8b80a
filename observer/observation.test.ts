import { expect, test } from "vitest";
import { changeBetween, statusOf, writtenAt, writtenProblems, writtenStatus } from "./observation.ts";
import type { PodsSummary } from "./pods-summary.ts";

const WELL: PodsSummary = { total: 1, ready: 1, failing: 0, problems: [] };
const BROKEN: PodsSummary = {
  total: 1,
  ready: 0,
  failing: 1,
  problems: [{ state: "RuntimeError", count: 1, pod: "a-1", container: "asya-runtime", message: "crashed" }],
};
const NOON = new Date("2026-11-25T12:00:00.5Z");

test("what is not known is left out, so it goes away", () => {
  expect(statusOf({ pods: WELL }, NOON)).toEqual({ observed: { at: "2026-11-25T12:00:00Z", pods: WELL } });
  expect(statusOf({ pods: WELL, depth: 0, processing: 2 }, NOON)).toEqual({
    observed: { at: "2026-11-25T12:00:00Z", pods: WELL, queue: { depth: 0 } },
    queuedMessages: 0,
    processingMessages: 2,
  });
});

test("the time alone is no change", () => {
  const of = (at: string) => statusOf({ pods: BROKEN, depth: 3 }, new Date(at));
  expect(changeBetween(of("2026-11-25T12:00:00Z"), of("2026-11-25T13:00:00Z"))).toBe("none");
});

test.each([
  ["a pod breaks", { pods: WELL }, { pods: BROKEN }, "real"],
  ["messages come", { pods: WELL, depth: 0 }, { pods: WELL, depth: 1 }, "real"],
  ["the last one is done", { pods: WELL, processing: 1 }, { pods: WELL, processing: 0 }, "real"],
  ["KEDA cannot be read any more", { pods: WELL, depth: 7 }, { pods: WELL }, "real"],
  ["the queue grows by a fifth", { pods: WELL, depth: 1_000 }, { pods: WELL, depth: 1_200 }, "real"],
  ["the queue grows by a hundredth", { pods: WELL, depth: 1_000 }, { pods: WELL, depth: 1_010 }, "slight"],
])("%s: the change is %4$s", (_, before, after, change) => {
  expect(changeBetween(statusOf(before, NOON), statusOf(after, NOON))).toBe(change);
});

test("what an earlier observer wrote is read from the actor: its fields, their time, their problems", () => {
  const ours = statusOf({ pods: BROKEN, depth: 3 }, NOON);
  const actor = {
    metadata: { name: "a", namespace: "n", uid: "1" },
    status: { ...ours, status: "Running", scaledObjectRef: { name: "a" } },
  };
  expect(writtenStatus(actor)).toEqual(ours);
  expect(writtenAt(ours)).toBe(Date.parse("2026-11-25T12:00:00Z"));
  expect(writtenProblems(ours)).toEqual(new Set(['["RuntimeError","asya-runtime"]']));
  expect(writtenAt({})).toBeUndefined();
});
