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
    scalingPaused: false,
    workload: {
      kind: "Deployment",
      name: "read",
      desired: 0,
      total: 0,
      updated: workload.total ?? 0,
      ready: 0,
      rolledOut: true,
      held: "",
      failure: "",
      changedAt: undefined,
      ...workload,
    },
    createdBefore: true,
    everStarted: true,
    shortSince: undefined,
    now: NOW,
    ...rest,
  };
}

const NEW = { createdBefore: false, everStarted: false };

test.each<[string, string, StateFacts, boolean]>([
  ["the queue does not exist yet", "Creating", facts({}, { ...NEW, transport: undefined }), false],
  ["the workload does not exist yet", "Creating", { ...facts({}, NEW), workload: undefined }, false],
  ["scaling was turned on", "Updating", facts({ desired: 1 }, { scaling: undefined }), false],
  ["a queue is made once more", "Updating", facts({}, { transport: waiting("is being deleted") }), false],
  [
    "the broker refuses the queue",
    "TransportError",
    facts({}, { transport: failed("vhost not found") }),
    false,
  ],
  ["the queue is still being made", "Creating", facts({}, { ...NEW, transport: waiting("not yet") }), false],
  ["pods cannot be created", "WorkloadError", facts({ desired: 1, failure: "exceeded quota" }), false],
  ["KEDA refuses the ScaledObject", "ScalingError", facts({}, { scaling: failed("no such queue") }), false],
  ["the first rollout runs", "Creating", facts({ desired: 1, rolledOut: false }, NEW), false],
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
  expect(late.message).toBe(
    "only 1 of 2 replicas are ready since 2026-11-25T11:55:00Z; the pods' events and logs say why: kubectl describe pods -l asya.sh/actor=read",
  );
});

test("where pods are missing altogether, Degraded sends people to the controller", () => {
  const missing = { kind: "StatefulSet", desired: 2, total: 1, ready: 1 };
  expect(actorState(facts(missing, { shortSince: "2026-11-25T11:00:00Z" })).message).toContain(
    "pods are missing: kubectl describe statefulset read",
  );
});

test("an update counts pods of the newest template: those that are ready may be the old ones", () => {
  const changedAt = "2026-11-25T11:59:00Z";
  const stuck = { desired: 1, total: 2, updated: 1, ready: 1, rolledOut: false, changedAt };
  expect(actorState(facts(stuck)).message).toBe("1 of 1 replicas have the newest template, 1 are ready");
  expect(actorState(facts({ ...stuck, changedAt: undefined })).message).toContain("has not seen the newest");
});

test("a rollout of a StatefulSet that does not end says that its broken pods must be deleted by hand", () => {
  const late = { desired: 2, total: 2, updated: 1, ready: 1, rolledOut: false };
  const since = { shortSince: "2026-11-25T11:00:00Z" };
  const message = (kind: string) => actorState(facts({ ...late, kind }, since)).message;
  expect(message("StatefulSet")).toContain("delete the pods that are not ready");
  expect(message("Deployment")).not.toContain("delete");
});

test("pods that keep an older template on purpose are no fault, and are mentioned", () => {
  const held = "1 of 2 pods keep an older template (updateStrategy partition 1)";
  expect(actorState(facts({ desired: 2, total: 2, ready: 2, held }))).toMatchObject({
    state: "Running",
    healthy: true,
    message: `2 of 2 replicas are ready; ${held}`,
  });
});

test("an actor born at zero says that it has never started", () => {
  expect(actorState(facts({}, { everStarted: false })).message).toContain("has never started yet");
  expect(actorState(facts({}, { everStarted: true })).message).not.toContain("never");
});

test("at zero with scaling paused, no message wakes it, and it says so", () => {
  expect(actorState(facts({}, { scalingPaused: true }))).toMatchObject({
    state: "Napping",
    message: "at zero, and scaling is paused: messages wait until it goes on",
  });
});
