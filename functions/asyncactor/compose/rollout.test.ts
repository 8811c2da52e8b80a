import { expect, test } from "vitest";
import type { Observed } from "../../../core/manifest.ts";
import { workloadProgress } from "./workload-progress.ts";

type Fields = Record<string, unknown>;

/** A workload whose controller has seen its newest spec. */
function observed(kind: string, spec: Fields, status: Fields): Observed {
  return {
    kind,
    metadata: { name: "read", generation: 2 },
    spec: { replicas: 2, ...spec },
    status: { observedGeneration: 2, ...status },
  };
}

function progressing(status: string, reason: string): { conditions: Fields[] } {
  return { conditions: [{ type: "Progressing", status, reason, message: "" }] };
}

const AVAILABLE = progressing("True", "NewReplicaSetAvailable");
const TWO_AT_WORK = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };
const BEFORE = { desired: 2, rolledOutOnce: true };

function rolledOut(workload: Observed, rolledOutOnce = true): boolean {
  return workloadProgress(workload, { ...BEFORE, rolledOutOnce }).rolledOut;
}

test.each<[string, Fields]>([
  [
    "a new pod that does not start beside an old one that works",
    { replicas: 3, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 },
  ],
  [
    "all pods new, one not ready",
    { replicas: 2, updatedReplicas: 2, readyReplicas: 1, availableReplicas: 1 },
  ],
  ["an old pod on its way out", { ...TWO_AT_WORK, replicas: 3, readyReplicas: 3, availableReplicas: 3 }],
])("a Deployment with %s is still rolling out", (_, counts) => {
  const status = { ...counts, ...progressing("True", "ReplicaSetUpdated") };
  expect(rolledOut(observed("Deployment", {}, status))).toBe(false);
});

test("a step back to an earlier template is a rollout, although the reason is still that of the one before", () => {
  const first = { replicas: 2, readyReplicas: 2, availableReplicas: 2, ...AVAILABLE };
  expect(rolledOut(observed("Deployment", {}, first))).toBe(false);
  expect(rolledOut(observed("Deployment", {}, { ...TWO_AT_WORK, ...AVAILABLE }))).toBe(true);
});

test("a Deployment that KEDA scales is not rolling out", () => {
  const scaling = { replicas: 2, updatedReplicas: 2, readyReplicas: 1, availableReplicas: 1, ...AVAILABLE };
  expect(rolledOut(observed("Deployment", {}, scaling))).toBe(true);
});

test("a Deployment without progressDeadlineSeconds has no condition: its numbers tell", () => {
  const starting = { replicas: 2, updatedReplicas: 2, readyReplicas: 1, availableReplicas: 1 };
  expect(rolledOut(observed("Deployment", {}, starting), false)).toBe(false);
  expect(rolledOut(observed("Deployment", {}, starting), true)).toBe(true);
  expect(rolledOut(observed("Deployment", {}, TWO_AT_WORK), false)).toBe(true);
});

test("a paused Deployment keeps its old pods until somebody goes on, and says so", () => {
  const old = { replicas: 2, readyReplicas: 2, availableReplicas: 2 };
  const status = { ...old, ...progressing("Unknown", "DeploymentPaused") };
  const paused = workloadProgress(observed("Deployment", { paused: true }, status), BEFORE);
  expect(paused).toMatchObject({
    rolledOut: true,
    held: "2 of 2 pods run an older template: the Deployment is paused",
  });
});

const ONE_REVISION = { currentRevision: "a", updateRevision: "a" };
const TWO_REVISIONS = { currentRevision: "a", updateRevision: "b" };

test("a StatefulSet's first rollout ends when all its pods are ready: its revisions are equal from the start", () => {
  const starting = { ...TWO_AT_WORK, ...ONE_REVISION, readyReplicas: 1, availableReplicas: 1 };
  expect(rolledOut(observed("StatefulSet", {}, starting), false)).toBe(false);
  expect(rolledOut(observed("StatefulSet", {}, { ...TWO_AT_WORK, ...ONE_REVISION }), false)).toBe(true);
});

test("a StatefulSet born at zero has nothing to roll out", () => {
  expect(rolledOut(observed("StatefulSet", { replicas: 0 }, { replicas: 0, ...ONE_REVISION }), false)).toBe(
    true,
  );
});

test("a later rollout of a StatefulSet ends when its revisions are equal; scaling is none", () => {
  const updating = { ...TWO_AT_WORK, ...TWO_REVISIONS, updatedReplicas: 1 };
  expect(rolledOut(observed("StatefulSet", {}, updating))).toBe(false);
  const scaling = { ...TWO_AT_WORK, ...ONE_REVISION, readyReplicas: 1, availableReplicas: 1 };
  expect(rolledOut(observed("StatefulSet", {}, scaling))).toBe(true);
});

test("OnDelete: old pods stay until they are deleted, and its revisions never become equal again", () => {
  const spec = { updateStrategy: { type: "OnDelete" } };
  const old = { ...TWO_AT_WORK, ...TWO_REVISIONS, updatedReplicas: 1 };
  expect(workloadProgress(observed("StatefulSet", spec, old), BEFORE)).toMatchObject({
    rolledOut: true,
    held: "1 of 2 pods run an older template until they are deleted (updateStrategy OnDelete)",
  });
  const replaced = { ...TWO_AT_WORK, ...TWO_REVISIONS };
  expect(workloadProgress(observed("StatefulSet", spec, replaced), BEFORE)).toMatchObject({
    rolledOut: true,
    held: "",
  });
});

test("a partition: pods below it keep their template, those from it on are awaited", () => {
  const spec = { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 1 } } };
  const waiting = { ...TWO_AT_WORK, ...TWO_REVISIONS, updatedReplicas: 0 };
  expect(workloadProgress(observed("StatefulSet", spec, waiting), BEFORE)).toMatchObject({
    rolledOut: false,
    held: "",
  });
  const done = { ...waiting, updatedReplicas: 1 };
  expect(workloadProgress(observed("StatefulSet", spec, done), BEFORE)).toMatchObject({
    rolledOut: true,
    held: "1 of 2 pods keep an older template (updateStrategy partition 1)",
  });
});
