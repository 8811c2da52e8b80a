import { expect, test } from "vitest";
import { type Memory, memoryOf, remember } from "./status.ts";
import type { WorkloadProgress } from "./workload-progress.ts";

const NAPPING: Memory = { desiredReplicas: 0, rolledOutOnce: true, warmedUp: true };

function progress(desired: number, ready: number, changedAt: string | undefined): WorkloadProgress {
  const counts = { desired, total: desired, updated: desired, ready };
  return { kind: "Deployment", name: "a", ...counts, rolledOut: true, held: "", failure: "", changedAt };
}

test("a scaling is remembered with the time of the answer in which the controller has seen it", () => {
  const unseen = remember(NAPPING, progress(1, 0, undefined), true);
  expect(unseen).toEqual(NAPPING);
  const seen = remember(unseen, progress(1, 0, "2026-11-25T12:00:00Z"), true);
  expect(seen).toEqual({
    desiredReplicas: 1,
    shortSince: "2026-11-25T12:00:00Z",
    lastScaleTime: "2026-11-25T12:00:00Z",
    lastScaleDirection: "up",
    rolledOutOnce: true,
    warmedUp: true,
  });
});

test("short of ready counts from its beginning, until every replica is ready", () => {
  const waiting = remember(NAPPING, progress(2, 0, "2026-11-25T12:00:00Z"), true);
  const later = remember(waiting, progress(2, 1, "2026-11-25T12:03:00Z"), true);
  expect(later.shortSince).toBe("2026-11-25T12:00:00Z");
  expect(remember(later, progress(2, 2, "2026-11-25T12:04:00Z"), true).shortSince).toBeUndefined();
});

test("a complete rollout is remembered for ever: a later one is an update", () => {
  const creating = { ...progress(1, 0, "2026-11-25T12:00:00Z"), rolledOut: false };
  expect(remember({}, creating, true).rolledOutOnce).toBeUndefined();
  expect(remember({ rolledOutOnce: true }, creating, true).rolledOutOnce).toBe(true);
  expect(remember({ rolledOutOnce: true }, undefined, true)).toEqual({ rolledOutOnce: true });
});

test("a rollout at zero that is complete before the queue exists is still part of the creation", () => {
  const atZero = progress(0, 0, "2026-11-25T12:00:00Z");
  expect(remember({}, atZero, false).rolledOutOnce).toBeUndefined();
  expect(remember({}, atZero, true).rolledOutOnce).toBe(true);
});

test("what is remembered is read back from the status that it was written to, and nothing else", () => {
  const memory = remember(NAPPING, progress(2, 1, "2026-11-25T12:00:00Z"), true);
  expect(memoryOf({ ...memory, status: "Running", warmedUp: true, message: "m" })).toEqual(memory);
  expect(memoryOf({ shortSince: 5, desiredReplicas: "2", warmedUp: "yes" })).toEqual({});
});
