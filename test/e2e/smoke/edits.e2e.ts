import { afterAll, beforeAll, expect, test } from "vitest";
import { at } from "../kubernetes.ts";
import { tell } from "../story.ts";
import { until } from "../until.ts";
import { World } from "../world.ts";

let world: World;
beforeAll(async () => void (world = await World.open()));
afterAll(async () => await world.close());

test("scaling off: KEDA's objects go and one replica runs; on again: it goes back to sleep", async () => {
  const name = "switch";
  world.commit(name);
  await world.reaches(name, "Napping");
  world.edit(name, { scaling: { enabled: false } });
  await until(
    "no ScaledObject",
    () => world.kubernetes.find("scaledobjects", name),
    (found) => found === undefined,
  );
  expect(await world.kubernetes.find("triggerauthentications", `${name}-trigger-auth`)).toBeUndefined();
  await world.reaches(name, "Running", 90_000);
  expect(await replicas(name)).toBe(1);
  tell("switch runs without KEDA");
  world.edit(name, { scaling: { enabled: true } });
  await until(
    "a ScaledObject",
    () => world.kubernetes.find("scaledobjects", name),
    (found) => found !== undefined,
  );
  await world.reaches(name, "Napping", 120_000);
  tell("switch sleeps under KEDA again");
  await world.remove(name);
});

test("an edit that cannot be says so and changes nothing that runs; put right, it heals", async () => {
  const name = "wrong";
  world.commit(name);
  await world.reaches(name, "Napping");
  const before = await workload(name);
  world.edit(name, { flavors: ["no-such-flavor"], timeout: { processing: 99 } });
  const synced = await world.says(name, "Synced", "False");
  expect(synced["message"]).toContain("no-such-flavor");
  tell(`Synced says: ${String(synced["message"])}`);
  expect(await workload(name)).toEqual(before);
  world.edit(name, { flavors: null });
  await world.says(name, "Synced", "True", 90_000);
  await until(
    "the edit is there",
    () => workload(name),
    ({ generation }) => generation !== before.generation,
  );
  await world.remove(name);
});

test("with Retain the queue outlives its actor, and a new one of the name handles what lay in it", async () => {
  const name = "kept";
  world.commit(name, { spec: { deletion: { messages: "Retain" }, scaling: {} }, workload: { replicas: 0 } });
  await world.reaches(name, "Napping");
  await world.mail.send([name], 5);
  await world.remove(name);
  expect(world.mail.account().missing).toHaveLength(5);
  tell("kept is deleted, 5 messages wait in its queue");
  world.commit(name, { spec: { deletion: { messages: "Delete" } } });
  await world.mail.allEnd(120_000);
  expect(world.mail.account()).toEqual({ happy: 5, failed: 0, dead: 0, missing: [] });
  tell("the new kept has handled them");
  await world.remove(name);
  await until(
    "no queue",
    () => world.broker.queues(),
    (queues) => !queues.some((queue) => queue.includes(name)),
  );
});

test("a handler that always fails: after three attempts each message is at error-end with its last error", async () => {
  const name = "sour";
  world.commit(name, { handler: "sour", spec: { retry: { initialDelay: "1s" } } });
  await world.reaches(name, "Napping");
  const ids = await world.mail.send([name], 3);
  await world.mail.allEnd(120_000);
  const [first] = world.mail.failed.get(ids[0] ?? "") ?? [];
  expect(first?.payload).toMatchObject({
    details: { type: "ValueError", message: "this handler likes nothing", attempts: 3 },
    original_payload: { id: ids[0] },
  });
  await world.remove(name);
});

async function replicas(name: string): Promise<number> {
  return Number(at(await world.kubernetes.get("deployments", name), "spec", "replicas"));
}

async function workload(name: string) {
  const { metadata, spec } = await world.kubernetes.get("deployments", name);
  return { generation: metadata.generation, spec };
}
