import { expect, test } from "vitest";
import { failed, READY, waiting } from "../../../core/conditions.ts";
import { actorState, type StateFacts } from "./state.ts";
import type { WorkloadProgress } from "./workload-progress.ts";

const NOW = new Date("2026-11-25T12:00:00Z");

function facts(workload: Partial<WorkloadProgress>, rest: Partial<StateFacts> = {}): StateFacts {
  return {
    transport: READY,
    scaling: READY,
    scalingEnabled: true,
    workload: {
      desired: 0,
      total: 0,
      ready: 0,
      rolledOut: true,
      failure: "",
      changedAt: undefined,
      ...workload,
    },
    createdBefore: true,
    everReady: true,
    shortSince: undefined,
    now: NOW,
    ...rest,
  };
}

test.each<[string, string, StateFacts, boolean]>([
  ["the queue does not exist yet", "Creating", facts({}, { transport: undefined }), false],
  ["the workload does not exist yet", "Creating", { ...facts({}), workload: undefined }, false],
  [
    "the broker refuses the queue",
    "TransportError",
    facts({}, { transport: failed("vhost not found") }),
    false,
  ],
  ["the queue is still being made", "Creating", facts({}, { transport: waiting("not yet") }), false],
  ["pods cannot be created", "WorkloadError", facts({ desired: 1, failure: "exceeded quota" }), false],
  ["KEDA refuses the ScaledObject", "ScalingError", facts({}, { scaling: failed("no such queue") }), false],
  [
    "the first rollout runs",
    "Creating",
    facts({ desired: 1, rolledOut: false }, { createdBefore: false }),
    false,
  ],
  ["a later rollout runs", "Updating", facts({ desired: 1, ready: 1, rolledOut: false }), false],
  ["nothing runs on purpose", "Napping", facts({}), true],
  ["a message woke it", "ScalingUp", facts({ desired: 2, total: 2, ready: 1 }), true],
  ["it shrinks", "ScalingDown", facts({ desired: 1, total: 3, ready: 3 }), true],
  ["all replicas are ready", "Running", facts({ desired: 2, total: 2, ready: 2 }), true],
])("%s: %s", (_, state, given, healthy) => {
  expect(actorState(given)).toMatchObject({ state, healthy });
});

test("short of ready for five minutes is Degraded; until then the answer says when to look again", () => {
  const short = { desired: 2, total: 2, ready: 1 };
  expect(actorState(facts(short, { shortSince: "2026-11-25T11:57:00Z" }))).toMatchObject({
    state: "ScalingUp",
    changesInMs: 2 * 60_000,
  });
  const late = actorState(facts(short, { shortSince: "2026-11-25T11:55:00Z" }));
  expect(late).toMatchObject({ state: "Degraded", healthy: false });
  expect(late.message).toContain("1 of 2 replicas are ready since 2026-11-25T11:55:00Z");
});

test("an actor born at zero says that it has never started", () => {
  expect(actorState(facts({}, { everReady: false })).message).toContain("has never started yet");
  expect(actorState(facts({}, { everReady: true })).message).not.toContain("never");
});
