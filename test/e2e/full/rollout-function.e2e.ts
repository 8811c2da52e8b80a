import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { findCluster, kubectl } from "../../cluster/cluster.ts";
import { at, type Kind } from "../kubernetes.ts";
import { Undoing } from "../undoing.ts";
import { upgradeFunction } from "../upgrade.ts";
import { tell } from "../story.ts";
import { settled, until } from "../until.ts";
import { World } from "../world.ts";

const { place, composition, functionProcess } = inject("run");
const NAME = "upgraded";
const COMPOSED: readonly (readonly [Kind, string])[] = [
  ["deployments", NAME],
  ["scaledobjects", NAME],
  ["triggerauthentications", `${NAME}-trigger-auth`],
  ["queues", `asya-${NAME}`],
  ["queues", `asya-${NAME}-dlq`],
  ["bindings", `asya-${NAME}`],
];

const undoing = new Undoing();
let world: World;
beforeAll(async () => {
  world = await World.open();
  const scaling = { enabled: true, minReplicas: 1, maxReplicas: 1, pollingInterval: 30 };
  world.commit(NAME, { spec: { scaling } });
  await world.reaches(NAME, "Running", 120_000);
});
afterAll(async () => {
  await undoing.all();
  await world.remove(NAME);
  await world.close();
});

test("a new build of the function restarts no pod and writes to no composed object", async () => {
  await settled("specs and pods", state, 10_000, 90_000);
  const before = await state();
  const cluster = findCluster();
  if (cluster === undefined) throw new Error("the cluster is gone");
  const path = "jsonpath={.spec.pipeline[0].functionRef.name}";
  const name = kubectl(cluster, ["get", "composition", composition, "-o", path]);
  await upgradeFunction(cluster, place, functionProcess, name, undoing.add);
  // Says the same in other words: only a new answer tells that it was read.
  world.edit(NAME, { flavors: [] });
  await until(
    "the new build has answered for the actor",
    () => world.actor(NAME),
    ({ metadata, status }) => status?.["observedGeneration"] === metadata.generation,
    90_000,
  );
  tell("the new build has answered");
  await world.says(NAME, "Synced", "True");
  await world.mail.send([NAME], 3);
  await world.mail.allEnd(60_000);
  expect(await state()).toEqual(before);
  tell("same pod, same generations, same owners of all fields");
  world.edit(NAME, { timeout: { processing: 20 } });
  await until(
    "an edit reaches the workload through the new build",
    async () => (await world.kubernetes.get("deployments", NAME)).metadata.generation,
    (generation) => generation !== before.generations["deployments/upgraded"],
  );
});

/** What moves when somebody writes a spec or a pod is replaced, and stands still when only a status changes. */
async function state() {
  const objects = await Promise.all(COMPOSED.map(([kind, name]) => world.kubernetes.get(kind, name)));
  const pods = await world.pods(NAME);
  return {
    generations: Object.fromEntries(
      COMPOSED.map(([kind, name], index) => [`${kind}/${name}`, objects[index]?.metadata.generation]),
    ),
    applied: objects.map(({ metadata }) =>
      metadata.managedFields?.filter(({ operation, subresource }) => operation === "Apply" && !subresource),
    ),
    pods: pods.map(({ metadata, status }) => [metadata.uid, restarts(status)]),
  };
}

function restarts(status: unknown): unknown[] {
  const statuses = (at(status, "containerStatuses") ?? []) as { restartCount: number }[];
  return statuses.map(({ restartCount }) => restartCount);
}
