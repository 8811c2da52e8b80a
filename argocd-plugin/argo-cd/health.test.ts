import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runLua } from "./run-lua.ts";

const SCRIPT = readFileSync(join(import.meta.dirname, "health/asya.sh_AsyncActor.lua"), "utf8");
const SYNCED = { type: "Synced", status: "True", observedGeneration: 2 };
const READY = { type: "Ready", status: "True", observedGeneration: 2 };
const NOT_READY = { type: "Ready", status: "False", observedGeneration: 2 };

function health(status: object | undefined, metadata: object = {}): Promise<unknown> {
  const obj = { metadata: { name: "a", generation: 2, ...metadata }, spec: {}, status };
  return runLua(SCRIPT, { obj });
}

function inState(state: string, ready: object, message = "why"): object {
  return { observedGeneration: 2, status: state, message, conditions: [SYNCED, ready] };
}

test("an actor that nobody has looked at is Progressing, not Healthy", async () => {
  expect(await health(undefined)).toEqual({
    status: "Progressing",
    message: "Crossplane has not looked at it yet",
  });
  expect(await health({ observed: {} })).toMatchObject({ status: "Progressing" });
});

test("a refused edit is Degraded with our finding first, whatever the status said before", async () => {
  const message =
    'cannot compose resources: pipeline step "render" returned a fatal result: ASYA-E024 spec.flavors[0]: no flavor "gpu"';
  const refused = {
    type: "Synced",
    status: "False",
    reason: "ReconcileError",
    message,
    observedGeneration: 2,
  };
  expect(await health({ status: "Running", observedGeneration: 1, conditions: [refused, READY] })).toEqual({
    status: "Degraded",
    message: 'ASYA-E024 spec.flavors[0]: no flavor "gpu"',
  });
});

test("an error about an older edit does not speak of the newest one", async () => {
  const older = {
    type: "Synced",
    status: "False",
    reason: "ReconcileError",
    message: "x",
    observedGeneration: 1,
  };
  expect(await health({ conditions: [older] })).toMatchObject({ status: "Progressing" });
});

test("an edit that is not rendered yet is Progressing", async () => {
  expect(await health({ ...inState("Running", READY), observedGeneration: 1 })).toMatchObject({
    status: "Progressing",
  });
});

test("paused by Crossplane's annotation, ours, or a flavor is Suspended", async () => {
  const paused = { type: "Synced", status: "False", reason: "ReconcilePaused", observedGeneration: 2 };
  expect(await health({ conditions: [paused] })).toMatchObject({ status: "Suspended" });
  const ours = { annotations: { "asya.sh/paused": "true" } };
  expect(await health(inState("Napping", READY), ours)).toMatchObject({ status: "Suspended" });
  const byFlavor = { ...inState("Napping", READY), effective: { scaling: { paused: true } } };
  expect(await health(byFlavor)).toMatchObject({ status: "Suspended" });
});

test("a paused actor does not say that messages wait while its pods go on working", async () => {
  const paused = { annotations: { "asya.sh/paused": "true" } };
  expect(await health({ ...inState("Running", READY), totalReplicas: 2 }, paused)).toEqual({
    status: "Suspended",
    message: "scaling is paused; the pods that run go on working",
  });
  expect(await health({ ...inState("Napping", READY), totalReplicas: 0 }, paused)).toEqual({
    status: "Suspended",
    message: "paused; messages wait in its queue",
  });
});

test("at zero on purpose is Healthy and says so", async () => {
  expect(await health(inState("Napping", READY, "scaled to zero; a message wakes it"))).toEqual({
    status: "Healthy",
    message: "Napping: scaled to zero; a message wakes it",
  });
});

test.each([
  ["Running", READY, "Healthy"],
  ["ScalingUp", READY, "Healthy"],
  ["ScalingDown", READY, "Healthy"],
  ["Creating", NOT_READY, "Progressing"],
  ["Updating", NOT_READY, "Progressing"],
  ["PendingResources", NOT_READY, "Progressing"],
  ["TransportError", NOT_READY, "Degraded"],
  ["ScalingError", NOT_READY, "Degraded"],
  ["WorkloadError", NOT_READY, "Degraded"],
  ["ImagePullError", NOT_READY, "Degraded"],
  ["ConfigError", NOT_READY, "Degraded"],
  ["VolumeError", NOT_READY, "Degraded"],
  ["RuntimeError", NOT_READY, "Degraded"],
  ["SidecarError", NOT_READY, "Degraded"],
  ["Degraded", NOT_READY, "Degraded"],
] as const)("%s", async (state, ready, status) => {
  expect(await health(inState(state, ready))).toEqual({ status, message: `${state}: why` });
});

test("an actor that is being deleted is Progressing", async () => {
  expect(
    await health(inState("Running", READY), { deletionTimestamp: "2026-11-25T00:00:00Z" }),
  ).toMatchObject({
    status: "Progressing",
  });
});
