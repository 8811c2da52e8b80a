import { expect, test } from "vitest";
import { readYaml, requestFor } from "../../test/requests.ts";
import { runFunction } from "./run-function.ts";

type Fields = Record<string, unknown>;

const PLATFORM = readYaml("examples/quickstart/platform.yaml");
const SCALED = readYaml("examples/quickstart/read-page.yaml");
const READY = { status: { conditions: [{ type: "Ready", status: "True" }] } };

/** State and seconds until the next call of an actor whose Deployment has so many pods, and wants none. */
function answer(pods: number, conditions: Fields[] = []) {
  const status = { desiredReplicas: 0, rolledOutOnce: true, warmedUp: true, conditions };
  const deployment = {
    kind: "Deployment",
    metadata: { generation: 2 },
    spec: { replicas: 0 },
    status: {
      observedGeneration: 2,
      ...(pods > 0 ? { replicas: pods, updatedReplicas: pods } : {}),
      conditions: [{ type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" }],
    },
  };
  const observed = {
    deployment,
    "rabbitmq-queue": READY,
    "rabbitmq-dlq": READY,
    "rabbitmq-binding": READY,
    "scaled-object": READY,
    "trigger-authentication": {},
  };
  const { desired, meta } = runFunction(requestFor({ ...SCALED, status }, PLATFORM, observed), new Date());
  const { status: state } = (desired?.composite?.resource?.["status"] ?? {}) as Fields;
  return { state, seconds: meta?.ttl?.seconds };
}

test("a state that stays needs no call; one on its way is looked at again after 30 s, should its last event be dropped", () => {
  expect(answer(0)).toEqual({ state: "Napping", seconds: 3_600 });
  expect(answer(2)).toEqual({ state: "ScalingDown", seconds: 30 });
});

test.each([
  ["1 minute", 60, 30],
  ["8 minutes", 480, 120],
  ["a day", 86_400, 600],
])("what has not been ready for %s is looked at again later and later", (_, forSeconds, seconds) => {
  const lastTransitionTime = new Date(Date.now() - forSeconds * 1_000).toISOString();
  const broken = { type: "Ready", status: "False", reason: "Creating", lastTransitionTime };
  expect(answer(2, [broken]).seconds).toBeCloseTo(seconds, -1);
  const open = { type: "Responsive", status: "False", reason: "WatchCircuitOpen" };
  expect(answer(2, [broken, open]).seconds).toBe(30);
});

test("while Crossplane drops the actor's events, every state is looked at again after 30 s", () => {
  const open = [{ type: "Responsive", status: "False", reason: "WatchCircuitOpen" }];
  expect(answer(0, open)).toEqual({ state: "Napping", seconds: 30 });
});

test("what the API server refused is tried again soon, and later and later: only a call applies it again", () => {
  const refused = (forSeconds: number) => {
    const lastTransitionTime = new Date(Date.now() - forSeconds * 1_000).toISOString();
    const message = "Unsynced resources: deployment";
    return [{ type: "Synced", status: "False", reason: "ReconcileError", message, lastTransitionTime }];
  };
  expect(answer(0, refused(10))).toEqual({ state: "Napping", seconds: 30 });
  expect(answer(0, refused(86_400))).toEqual({ state: "Napping", seconds: 600 });
});
