import { expect, test } from "vitest";
import { type Memory, remember } from "./status.ts";
import type { WorkloadProgress } from "./workload-progress.ts";

const NAPPING: Memory = { status: "Napping", desiredReplicas: 0, warmedUp: true };

function progress(desired: number, ready: number, changedAt: string | undefined): WorkloadProgress {
  return { desired, total: desired, ready, rolledOut: true, failure: "", changedAt };
}

test("a scaling is remembered with the time of the answer in which the controller has seen it", () => {
  const unseen = remember(NAPPING, progress(1, 0, undefined));
  expect(unseen).toEqual({ desiredReplicas: 0, warmedUp: true });
  const seen = remember(unseen, progress(1, 0, "2026-11-25T12:00:00Z"));
  expect(seen).toEqual({
    desiredReplicas: 1,
    shortSince: "2026-11-25T12:00:00Z",
    lastScaleTime: "2026-11-25T12:00:00Z",
    lastScaleDirection: "up",
    warmedUp: true,
  });
});

test("short of ready counts from its beginning, until every replica is ready", () => {
  const waiting = remember(NAPPING, progress(2, 0, "2026-11-25T12:00:00Z"));
  const later = remember(waiting, progress(2, 1, "2026-11-25T12:03:00Z"));
  expect(later.shortSince).toBe("2026-11-25T12:00:00Z");
  expect(remember(later, progress(2, 2, "2026-11-25T12:04:00Z")).shortSince).toBeUndefined();
});

test("the state is never remembered, only what a later answer needs", () => {
  expect(remember({ status: "TransportError" }, undefined)).toEqual({});
  expect(remember(NAPPING, undefined)).toEqual({ desiredReplicas: 0, warmedUp: true });
});
