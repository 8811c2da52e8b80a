import { afterAll, beforeAll, expect, test } from "vitest";
import { at, condition } from "../kubernetes.ts";
import { tell } from "../story.ts";
import { settled, unchanged, until } from "../until.ts";
import { World } from "../world.ts";

const NAME = "life";
let world: World;
beforeAll(async () => void (world = await World.open()));
afterAll(async () => await world.close());

test("a committed actor has its queue, no pod, and is Ready because it sleeps on purpose", async () => {
  world.commit(NAME, { handler: "slow" });
  const live = await world.reaches(NAME, "Napping");
  tell(`life is Napping: ${String(live.status?.["message"])}`);
  await world.says(NAME, "Ready", "True");
  expect(condition(live, "Synced")?.["status"]).toBe("True");
  expect(await replicas()).toBe(0);
  expect(await world.pods(NAME)).toEqual([]);
  expect(await world.broker.queues()).toEqual(expect.arrayContaining(["asya-life", "asya-life-dlq"]));
});

test(
  "at rest nothing moves: no object of the actor gets a new resource version",
  { timeout: 180_000 },
  async () => {
    // The observer writes what it saw first within 15 s.
    await settled("resource versions", versions, 20_000, 90_000);
    await unchanged("a resource version", versions, 30_000);
  },
);

test("messages wake it, many make it grow, each ends once, and without messages it sleeps again", async () => {
  await world.mail.watchDeadLetters(NAME);
  await world.mail.send([NAME], 60, { seconds: 1 });
  await until("a replica is wanted", replicas, (wanted) => wanted >= 1);
  tell("KEDA has woken life");
  await until("it has grown", replicas, (wanted) => wanted > 1, 120_000);
  tell("life has grown to more than one replica");
  const running = await until(
    "a pod is ready",
    () => world.actor(NAME),
    (live) => Number(live.status?.["readyReplicas"]) > 0,
  );
  tell(`life is ${String(running.status?.["status"])}: ${String(running.status?.["message"])}`);
  await world.mail.allEnd(120_000);
  expect(world.mail.account()).toEqual({ happy: 60, failed: 0, dead: 0, missing: [] });
  tell("60 messages have ended at happy-end");
  await until("it is at zero", replicas, (wanted) => wanted === 0, 120_000);
  const asleep = await world.reaches(NAME, "Napping");
  expect(asleep.status?.["message"]).toBe("scaled to zero; a message wakes it");
  tell("life sleeps again");
});

test("replicas are KEDA's: Crossplane's field manager does not own them any more", async () => {
  const deployment = await world.kubernetes.get("deployments", NAME);
  const crossplane = deployment.metadata.managedFields?.filter(({ manager }) =>
    manager.includes("crossplane"),
  );
  expect(crossplane).not.toEqual([]);
  for (const { fieldsV1 } of crossplane ?? []) expect(at(fieldsV1, "f:spec", "f:replicas")).toBeUndefined();
});

test("an edit of the timeout reaches the pod template and starts no pod", async () => {
  world.edit(NAME, { timeout: { processing: 20 } });
  await until(
    "the sidecar knows the new timeout",
    sidecarEnvironment,
    (env) => env["ASYA_RUNTIME_TIMEOUT"] === "20s",
  );
  await world.reaches(NAME, "Napping");
  expect(await replicas()).toBe(0);
  const starting = (await world.pods(NAME)).filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined,
  );
  expect(starting).toEqual([]);
});

test("with Delete queue and dead letters go with the actor, and nothing of it is left", async () => {
  await world.remove(NAME);
  await until(
    "no queue",
    () => world.broker.queues(),
    (queues) => !queues.some((queue) => queue.includes(NAME)),
  );
  for (const kind of ["deployments", "scaledobjects", "queues", "bindings"] as const) {
    const left = (await world.kubernetes.list(kind)).filter(({ metadata }) => metadata.name.includes(NAME));
    expect(left).toEqual([]);
  }
});

async function replicas(): Promise<number> {
  return Number(at(await world.kubernetes.get("deployments", NAME), "spec", "replicas"));
}

async function versions(): Promise<Record<string, string>> {
  const { kubernetes } = world;
  const objects = await Promise.all([
    kubernetes.get("asyncactors", NAME),
    kubernetes.get("deployments", NAME),
    kubernetes.get("scaledobjects", NAME),
    kubernetes.get("triggerauthentications", `${NAME}-trigger-auth`),
    kubernetes.get("queues", `asya-${NAME}`),
    kubernetes.get("queues", `asya-${NAME}-dlq`),
    kubernetes.get("bindings", `asya-${NAME}`),
  ]);
  return Object.fromEntries(
    objects.map(({ kind, metadata }) => [
      `${kind}/${metadata.name}`,
      // KEDA writes its status when it pleases.
      kind === "ScaledObject" ? String(metadata.generation) : metadata.resourceVersion,
    ]),
  );
}

async function sidecarEnvironment(): Promise<Record<string, unknown>> {
  const deployment = await world.kubernetes.get("deployments", NAME);
  const containers = at(deployment, "spec", "template", "spec", "containers") as {
    name: string;
    env?: { name: string; value?: string }[];
  }[];
  const sidecar = containers.find(({ name }) => name === "asya-sidecar");
  return Object.fromEntries((sidecar?.env ?? []).map(({ name, value }) => [name, value]));
}
