import { expect, test } from "vitest";
import { READY } from "../../../core/conditions.ts";
import { conditions } from "./conditions.ts";
import { observedPods, type PodTrouble } from "./observed.ts";
import { actorState, type StateFacts } from "./state.ts";
import type { WorkloadProgress } from "./workload-progress.ts";

const NOW = new Date("2026-11-25T12:00:00Z");
const NO_IMAGE = {
  state: "ImagePullError",
  count: 2,
  pod: "a-1",
  container: "asya-runtime",
  message: "no such image",
};
const CRASH = { state: "RuntimeError", count: 1, pod: "a-3", container: "asya-runtime", message: "crashed" };

function observed(at: string, ...problems: object[]) {
  return { observed: { at, pods: { total: 3, ready: 0, failing: problems.length, problems } } };
}

test("the first problem is the word, others are named", () => {
  expect(observedPods(observed("2026-11-25T11:59:00Z", NO_IMAGE, CRASH), NOW)).toEqual({
    failing: 2,
    trouble: {
      state: "ImagePullError",
      message: "pod a-1: no such image; also RuntimeError: see status.observed.pods.problems",
      lastsMs: 24 * 60_000,
    },
  });
});

test("failing pods that nobody confirmed for 25 minutes are not believed; well ones stay well", () => {
  expect(observedPods(observed("2026-11-25T11:35:00Z", NO_IMAGE), NOW)).toBeUndefined();
  expect(observedPods(observed("2025-01-01T00:00:00Z"), NOW)).toEqual({ failing: 0, trouble: undefined });
});

test.each([undefined, {}, { observed: {} }, { observed: { at: "x", pods: { failing: 1, problems: 7 } } }])(
  "without an observer, or with one that nobody understands, there is nothing to say: %j",
  (status) => {
    expect(observedPods(status, NOW)?.trouble).toBeUndefined();
  },
);

function stateOf(workload: Partial<WorkloadProgress>, rest: Partial<StateFacts> = {}) {
  const progress: WorkloadProgress = {
    kind: "Deployment",
    name: "a",
    desired: 1,
    total: 1,
    updated: 1,
    ready: 0,
    rolledOut: false,
    held: "",
    failure: "",
    changedAt: "2026-11-25T11:59:00Z",
    ...workload,
  };
  const facts: StateFacts = {
    transport: READY,
    scaling: READY,
    scalingEnabled: true,
    scalingPaused: false,
    workload: progress,
    createdBefore: true,
    everStarted: true,
    shortSince: "2026-11-25T11:59:00Z",
    trouble: trouble("RuntimeError"),
    now: NOW,
    ...rest,
  };
  const state = actorState(facts);
  const ours = conditions({
    ...facts,
    transportNote: "",
    workloadNote: "",
    hadScalingCondition: true,
    state,
  });
  return { ...state, condition: ours.find(({ type }) => type === "WorkloadReady") };
}

function trouble(state: PodTrouble["state"]): PodTrouble {
  return { state, message: "pod a-1: what is wrong - what to do", lastsMs: 1_000_000 };
}

test("failing pods while fewer are ready than wanted are the state, and the condition says why", () => {
  expect(stateOf({})).toMatchObject({
    state: "RuntimeError",
    message: "pod a-1: what is wrong - what to do",
    healthy: false,
    changesInMs: 1_000_000,
    condition: { status: "False", reason: "PodsNotHealthy", message: "pod a-1: what is wrong - what to do" },
  });
});

test("they explain a rollout that takes too long, but not pods that may not be made at all", () => {
  const failure = "ReplicaSet a-1 has timed out progressing.";
  expect(stateOf({ failure, stalled: true }).state).toBe("RuntimeError");
  expect(stateOf({ failure: "exceeded quota" }).state).toBe("WorkloadError");
});

test("they explain more than five minutes without enough replicas", () => {
  expect(stateOf({ rolledOut: true }, { shortSince: "2026-11-25T11:00:00Z" }).state).toBe("RuntimeError");
});

test("while old replicas still do the work a failing new one is told of, but it is an update", () => {
  const { state, message } = stateOf({ ready: 1, total: 2 });
  expect(state).toBe("Updating");
  expect(message).toContain("pod a-1: what is wrong");
});

test("an actor with as many ready replicas as wanted is well, whatever else fails", () => {
  expect(stateOf({ ready: 1, rolledOut: true }).state).toBe("Running");
  expect(stateOf({ desired: 0, total: 0, rolledOut: true }).state).toBe("Napping");
});

test("for five minutes a pod may wait for a node to be brought up", () => {
  const pending = { trouble: trouble("PendingResources") };
  const more = { rolledOut: true, desired: 2, total: 2, ready: 1 };
  expect(stateOf(more, pending)).toMatchObject({
    state: "PendingResources",
    healthy: true,
    changesInMs: 4 * 60_000,
    condition: { status: "True" },
  });
  const late = { ...pending, shortSince: "2026-11-25T11:55:00Z" };
  expect(stateOf(more, late)).toMatchObject({ healthy: false, condition: { reason: "PodsNotHealthy" } });
  expect(stateOf({}, { ...pending, createdBefore: false })).toMatchObject({ healthy: false });
});
