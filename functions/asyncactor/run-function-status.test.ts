import { Ready } from "@crossplane-org/function-sdk-typescript";
import { describe, expect, test } from "vitest";
import { readYaml, requestFor } from "../../test/requests.ts";
import { runFunction } from "./run-function.ts";

type Fields = Record<string, unknown>;

const NOW = new Date("2026-01-01T00:00:00Z");
const PLATFORM = readYaml("examples/quickstart/platform.yaml");
const SCALED = readYaml("examples/quickstart/read-page.yaml");

describe("a scaled actor that wakes after a long nap", () => {
  const status = { status: "Napping", desiredReplicas: 0, rolledOutOnce: true, warmedUp: true };
  /** n.b. KEDA's change through the scale subresource leaves no time in managedFields. */
  const woken = (kind: string, workloadStatus: Fields): Fields => ({
    apiVersion: "apps/v1",
    kind,
    metadata: { generation: 8, managedFields: [{ manager: "m", time: "2020-01-01T00:00:00Z" }] },
    spec: { replicas: 1 },
    status: workloadStatus,
  });
  const READY = { status: { conditions: [{ type: "Ready", status: "True" }] } };
  const asleep = { conditions: [{ type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" }] };
  const revisions = { currentRevision: "a", updateRevision: "a" };

  test.each([
    ["Deployment", "not seen by its controller", { ...asleep, observedGeneration: 7 }],
    ["StatefulSet", "not seen by its controller", { ...revisions, observedGeneration: 7 }],
    [
      "StatefulSet",
      "its pod starting",
      { ...revisions, observedGeneration: 8, replicas: 1, updatedReplicas: 1 },
    ],
  ])("%s, %s: is ScalingUp and stays Ready", (kind, _, workloadStatus) => {
    const spec = SCALED["spec"] as Fields;
    const actor = {
      ...SCALED,
      spec: { ...spec, workload: { ...(spec["workload"] as Fields), kind } },
      status,
    };
    const observed: Record<string, Fields> = {
      [kind.toLowerCase()]: woken(kind, workloadStatus),
      "rabbitmq-queue": READY,
      "rabbitmq-dlq": READY,
      "rabbitmq-binding": READY,
      "scaled-object": READY,
      "trigger-authentication": {},
    };
    if (workloadStatus.observedGeneration === 8)
      Object.assign(observed[kind.toLowerCase()]!["metadata"] as Fields, {
        managedFields: [{ manager: "m", time: NOW.toISOString() }],
      });
    const response = runFunction(requestFor(actor, PLATFORM, observed), NOW);
    expect(response.desired?.composite?.resource?.["status"]).toMatchObject({ status: "ScalingUp" });
    expect(response.desired?.composite?.ready).toBe(Ready.READY_TRUE);
  });
});

test("a workload that somebody deletes is as good as gone, and what was known about it is kept", () => {
  const status = { desiredReplicas: 3, rolledOutOnce: true, warmedUp: true };
  const deployment = {
    kind: "Deployment",
    metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" },
    spec: { replicas: 3 },
    status: { replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 },
  };
  const { desired } = runFunction(requestFor({ ...SCALED, status }, PLATFORM, { deployment }), NOW);
  expect(desired?.composite?.resource?.["status"]).toMatchObject({ status: "Updating", ...status });
  expect(desired?.resources["deployment"]?.ready).toBe(Ready.READY_FALSE);
});

test("what a broken platform said does not outlast it", () => {
  const actor = { ...SCALED, status: { status: "TransportError", message: "there is no platform" } };
  const response = runFunction(requestFor(actor, PLATFORM), NOW);
  expect(response.desired?.composite?.resource?.["status"]).toMatchObject({ status: "Creating" });
});

test("objects that another step of a Composition desires stay desired", () => {
  const request = requestFor(SCALED, PLATFORM);
  const other = { resource: { kind: "ConfigMap" }, connectionDetails: {}, ready: Ready.READY_TRUE };
  request.desired = { composite: undefined, resources: { other } };
  const { desired } = runFunction(request, NOW);
  expect(desired?.resources).toMatchObject({ other, deployment: { resource: { kind: "Deployment" } } });
});

test("the effective scaling tells formula and behaviour, whichever layer they come from", () => {
  const platform = structuredClone(PLATFORM) as { data: Fields };
  const advanced = { formula: "queueLength / 2", target: "5" };
  platform.data["defaults"] = {
    scaling: { advanced, behavior: { scaleDown: { stabilizationWindowSeconds: 7 } } },
  };
  const { desired } = runFunction(requestFor(SCALED, platform), NOW);
  expect(desired?.composite?.resource?.["status"]).toMatchObject({
    effective: {
      scaling: {
        advanced: { ...advanced, restoreToOriginalReplicaCount: false },
        behavior: { scaleDown: { stabilizationWindowSeconds: 7 }, scaleUp: { selectPolicy: "Max" } },
      },
    },
  });
});

test("a hundred mistakes fit into a condition: the first twenty, and how many more", () => {
  const spec = SCALED["spec"] as { workload: { template: Fields } };
  const unknown = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`f${index}`, 1]));
  const template = { spec: { ...(spec.workload.template["spec"] as Fields), ...unknown } };
  const actor = { ...SCALED, spec: { ...spec, workload: { template } } };
  const { conditions, results } = runFunction(requestFor(actor, PLATFORM), NOW);
  for (const message of [results[0]?.message, ...conditions.map((condition) => condition.message)]) {
    expect(message?.split("\n")).toHaveLength(21);
    expect(message).toMatch(/\nand 80 more errors$/);
  }
});

test.each([
  ["never", undefined, "at zero; it has never started yet, a message wakes it"],
  ["a minute ago", "2025-12-31T23:59:00Z", "scaled to zero; a message wakes it"],
])(
  "a nap of a replica too short-lived to be seen ready is no first nap: KEDA was active %s",
  (_, lastActiveTime, message) => {
    const ready = { conditions: [{ type: "Ready", status: "True" }] };
    const observed: Record<string, Fields> = {
      deployment: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { generation: 3 },
        spec: { replicas: 0 },
        status: {
          conditions: [{ type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" }],
          observedGeneration: 3,
        },
      },
      "rabbitmq-queue": { status: ready },
      "rabbitmq-dlq": { status: ready },
      "rabbitmq-binding": { status: ready },
      "scaled-object": { status: { ...ready, lastActiveTime } },
      "trigger-authentication": {},
    };
    const response = runFunction(requestFor(SCALED, PLATFORM, observed), NOW);
    expect(response.desired?.composite?.resource?.["status"]).toMatchObject({ status: "Napping", message });
  },
);
