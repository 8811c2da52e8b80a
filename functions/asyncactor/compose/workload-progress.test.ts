import { expect, test } from "vitest";
import type { Observed } from "../../../core/manifest.ts";
import { workloadProgress } from "./workload-progress.ts";

function deployment(replicas: number, status: Record<string, unknown>): Observed {
  return {
    kind: "Deployment",
    metadata: {
      generation: 2,
      managedFields: [{ time: "2026-11-25T10:00:00Z" }, { time: "2026-11-25T11:00:00Z" }],
    },
    spec: { replicas },
    status: { observedGeneration: 2, ...status },
  };
}

const ROLLED_OUT = [{ type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" }];

test("at zero the API omits every number, and the rollout is complete", () => {
  expect(workloadProgress(deployment(0, {}))).toEqual({
    desired: 0,
    total: 0,
    ready: 0,
    rolledOut: true,
    failure: "",
    changedAt: "2026-11-25T11:00:00Z",
  });
});

test("a Deployment that rolled out once stays so while KEDA scales it up", () => {
  const scaling = {
    replicas: 3,
    updatedReplicas: 3,
    readyReplicas: 1,
    availableReplicas: 1,
    conditions: ROLLED_OUT,
  };
  expect(workloadProgress(deployment(3, scaling)).rolledOut).toBe(true);
});

test("a generation that the controller has not seen is not rolled out", () => {
  const stale = {
    observedGeneration: 1,
    replicas: 1,
    updatedReplicas: 1,
    availableReplicas: 1,
    conditions: ROLLED_OUT,
  };
  expect(workloadProgress(deployment(1, stale)).rolledOut).toBe(false);
});

test("a number of replicas that the controller has not seen yet has no time, and is no rollout", () => {
  const napping = { observedGeneration: 1, conditions: ROLLED_OUT };
  const woken = workloadProgress(deployment(1, napping), { desired: 0, rolledOutOnce: true });
  expect(woken).toMatchObject({ desired: 1, ready: 0, rolledOut: true, changedAt: undefined });
  const changed = workloadProgress(deployment(1, napping), { desired: 1, rolledOutOnce: true });
  expect(changed).toMatchObject({ rolledOut: false, changedAt: undefined });
});

test.each([
  ["ReplicaFailure", "True", "exceeded quota: gpus"],
  ["Progressing", "False", 'ReplicaSet "a" has timed out progressing.'],
])("%s %s is a failure in the controller's words", (type, status, message) => {
  expect(
    workloadProgress(deployment(1, { conditions: [{ type, status, message, reason: "R" }] })).failure,
  ).toBe(message);
});

test("a StatefulSet rolls out by revisions", () => {
  const of = (status: Record<string, unknown>): Observed => ({
    ...deployment(2, status),
    kind: "StatefulSet",
  });
  const scaling = { replicas: 2, readyReplicas: 1, currentRevision: "a", updateRevision: "a" };
  expect(workloadProgress(of(scaling)).rolledOut).toBe(true);
  expect(workloadProgress(of({ ...scaling, updateRevision: "b" })).rolledOut).toBe(false);
});

test("a StatefulSet that wakes from zero is not rolling out, one that never ran is", () => {
  const waking: Observed = {
    ...deployment(1, { replicas: 1, updatedReplicas: 1, currentRevision: "a", updateRevision: "a" }),
    kind: "StatefulSet",
  };
  expect(workloadProgress(waking, { desired: 1, rolledOutOnce: true }).rolledOut).toBe(true);
  expect(workloadProgress(waking, { desired: 1, rolledOutOnce: false }).rolledOut).toBe(false);
  expect(workloadProgress(waking).rolledOut).toBe(false);
});
