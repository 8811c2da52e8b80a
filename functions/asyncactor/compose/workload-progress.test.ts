import { expect, test } from "vitest";
import type { Observed } from "../../../core/manifest.ts";
import { workloadProgress } from "./workload-progress.ts";

function deployment(replicas: number, status: Record<string, unknown>): Observed {
  return {
    kind: "Deployment",
    metadata: {
      name: "read",
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
    kind: "Deployment",
    name: "read",
    desired: 0,
    total: 0,
    updated: 0,
    ready: 0,
    rolledOut: true,
    held: "",
    failure: "",
    changedAt: "2026-11-25T11:00:00Z",
  });
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
  [
    "ReplicaFailure",
    "True",
    'pods "a-1-" is forbidden: exceeded quota: gpus',
    "ask for less in resources, or have the namespace's ResourceQuota raised",
  ],
  [
    "ReplicaFailure",
    "True",
    'pods "a-1-" is forbidden: no PriorityClass with name high was found',
    "make the priority class, or correct priorityClassName in workload.template.spec",
  ],
  [
    "Progressing",
    "False",
    'ReplicaSet "a" has timed out progressing.',
    "kubectl describe its pods and read their logs",
  ],
])("%s %s is a failure in the controller's words, and says what to do", (type, status, message, fix) => {
  const conditions = [{ type, status, message, reason: "R" }];
  expect(workloadProgress(deployment(1, { conditions })).failure).toBe(`${message} - ${fix}`);
});

test("words that nobody knows stay as they are", () => {
  const conditions = [{ type: "ReplicaFailure", status: "True", message: "out of luck", reason: "R" }];
  expect(workloadProgress(deployment(1, { conditions })).failure).toBe("out of luck");
});

test("a failure that the controller reported about an older spec is over until it says so again", () => {
  const timedOut = [{ type: "Progressing", status: "False", message: "has timed out", reason: "R" }];
  const corrected = deployment(1, { observedGeneration: 1, replicas: 1, conditions: timedOut });
  const before = { desired: 1, rolledOutOnce: true };
  expect(workloadProgress(corrected, before)).toMatchObject({ failure: "", rolledOut: false });
  const scaled = { ...before, desired: 0 };
  expect(workloadProgress(corrected, scaled)).toMatchObject({ failure: "has timed out" });
});
