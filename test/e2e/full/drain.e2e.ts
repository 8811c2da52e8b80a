import { afterAll, beforeAll, expect, test } from "vitest";
import { at } from "../kubernetes.ts";
import { tell } from "../story.ts";
import { until } from "../until.ts";
import { World } from "../world.ts";

const NAME = "drained";
const QUEUE = `asya-${NAME}`;
let world: World;
beforeAll(async () => void (world = await World.open()));
afterAll(async () => {
  await world.remove(NAME);
  await world.close();
});

test("redrive: dead letters come back once per time value, are handled, and the pods stay the same", async () => {
  world.commit(NAME, { spec: { scaling: { enabled: true, cooldownPeriod: 10 } } });
  await world.reaches(NAME, "Napping", 120_000);
  const transport = await world.broker.connect(NAME);
  const ids = ["buried-1", "buried-2", "buried-3"];
  for (const id of ids) await transport.sendToDeadLetters(buried(id));
  await transport.close();
  const generation = at(await world.kubernetes.get("deployments", NAME), "metadata", "generation");
  world.annotate(NAME, { "asya.sh/redrive": new Date().toISOString() });
  const live = await until(
    "the redrive is told",
    () => world.actor(NAME),
    (actor) => ["Succeeded", "Failed"].includes(String(at(actor, "status", "redrive", "state"))),
  );
  tell(`status.redrive says: ${String(at(live, "status", "redrive", "message"))}`);
  expect(at(live, "status", "redrive", "state")).toBe("Succeeded");
  await world.mail.arrive(ids, 120_000);
  expect(await world.broker.depth(`${QUEUE}-dlq`)).toBe(0);
  expect(at(await world.kubernetes.get("deployments", NAME), "metadata", "generation")).toBe(generation);
});

test("drain: a paused actor empties its queue all the same, and says so", async () => {
  world.annotate(NAME, { "asya.sh/paused": "true" });
  await world.mail.send([NAME], 10);
  world.annotate(NAME, { "asya.sh/drain": "true" });
  await until(
    "it is drained",
    () => world.actor(NAME),
    (actor) => at(actor, "status", "drain", "state") === "Drained",
  );
  await until(
    "its queue is empty",
    () => world.broker.depth(QUEUE),
    (depth) => depth === 0,
  );
  await world.mail.allEnd(120_000);
});

function buried(id: string): Uint8Array {
  const headers = { "asya-attempt": "3", "asya-last-error": "it was broken" };
  return Buffer.from(JSON.stringify({ id, route: { actors: [NAME], current: 0 }, headers, payload: {} }));
}
