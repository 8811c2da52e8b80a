import { expect, test } from "vitest";
import { failed, READY, waiting } from "../../../core/conditions.ts";
import { type ConditionFacts, conditions } from "./conditions.ts";

const RUNNING: ConditionFacts = {
  transport: READY,
  transportNote: "",
  workload: {
    kind: "Deployment",
    name: "read",
    desired: 1,
    total: 1,
    updated: 1,
    ready: 1,
    rolledOut: true,
    held: "",
    failure: "",
    changedAt: "2026-11-25T12:00:00Z",
  },
  workloadNote: "",
  scaling: READY,
  scalingEnabled: true,
  hadScalingCondition: true,
  state: { state: "Running", message: "", healthy: true, changesInMs: undefined },
};

function said(facts: Partial<ConditionFacts>): string[] {
  return conditions({ ...RUNNING, ...facts }).map(({ type, status, reason, message }) =>
    `${type} ${status} ${reason} ${message}`.trim(),
  );
}

test("an actor at work has three conditions, all True", () => {
  expect(said({})).toEqual([
    "TransportReady True TransportValidated",
    "WorkloadReady True WorkloadCreated",
    "ScalingReady True ScaledObjectCreated",
  ]);
});

test("ScalingReady is there only with scaling, or where it once was", () => {
  expect(said({ scalingEnabled: false, hadScalingCondition: false })).toHaveLength(2);
  expect(said({ scalingEnabled: false })).toContain("ScalingReady True ScalingOff scaling.enabled is false");
});

test("while the queue is not there KEDA's failure to read it is no error of scaling", () => {
  const refused = failed("Triggers defined in ScaledObject are not working correctly");
  expect(said({ transport: waiting("not yet"), scaling: refused })).toContain(
    "ScalingReady False Creating the ScaledObject is not ready yet",
  );
  expect(said({ scaling: refused })).toContain(`ScalingReady False ReconcileError ${refused.message}`);
});

test("a setting that a queue cannot follow is a note, and no reason to be not ready", () => {
  expect(said({ transportNote: "the queue keeps x-delivery-limit 20" })).toContain(
    "TransportReady True TransportValidated the queue keeps x-delivery-limit 20",
  );
});

test("WorkloadReady tells no numbers: each new text costs writes", () => {
  const workload = { ...RUNNING.workload!, desired: 7, ready: 3, rolledOut: false };
  expect(said({ workload })[1]).toBe(
    "WorkloadReady False RollingOut the newest template does not run in all replicas yet",
  );
});

test("what a stop of its pods can do to work in hand stands beside an actor that is well", () => {
  expect(said({ workloadNote: "a rollout can kill work in hand" })).toContain(
    "WorkloadReady True WorkloadCreated a rollout can kill work in hand",
  );
});
