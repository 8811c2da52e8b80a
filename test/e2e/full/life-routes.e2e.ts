import { afterAll, beforeAll, expect, test } from "vitest";
import { tell } from "../story.ts";
import { World } from "../world.ts";

const NAMES = ["opening", "closing", "parting", "straying"];
let world: World;
beforeAll(async () => {
  world = await World.open();
  world.commit("opening", { handler: "first" });
  world.commit("closing", { handler: "second" });
  world.commit("parting", { handler: "parts" });
  // n.b. By default it is looked for for minutes: the next actor may be just being made.
  const impatient = [{ name: "ASYA_QUEUE_RETRY_MAX_ATTEMPTS", value: "2" }];
  world.commit("straying", { spec: { retry: { maxAttempts: 1 }, sidecar: { env: impatient } } });
  for (const name of NAMES) {
    await world.reaches(name, "Napping");
    await world.mail.watchDeadLetters(name);
  }
});
afterAll(async () => {
  for (const name of NAMES) await world.remove(name);
  await world.close();
});

test("two actors at zero with a route: what the first sends wakes the second, and each message ends once", async () => {
  await world.mail.send(["opening", "closing"], 20);
  await world.mail.allEnd(120_000);
  expect(world.mail.account()).toEqual({ happy: 20, failed: 0, dead: 0, missing: [] });
  expect(world.mail.repeated()).toEqual([]);
  const steps = [...world.mail.happy.values()].flat().map(({ payload }) => payload);
  expect(steps).toHaveLength(20);
  for (const payload of steps) expect(payload).toMatchObject({ steps: ["first", "second"] });
  tell("20 messages went through opening, then closing");
});

test("a list is a fan-out: each part goes on by itself, under an id that says whose part it is", async () => {
  const [id = ""] = await world.mail.send(["parting", "closing"], 1, { parts: 5 });
  await world.mail.arrive([id, ...[1, 2, 3, 4].map((part) => `${id}-${part}`)], 120_000);
  const parts = [id, `${id}-1`, `${id}-2`, `${id}-3`, `${id}-4`].map((one) => world.mail.happy.get(one));
  expect(parts).toMatchObject([0, 1, 2, 3, 4].map((part) => [{ payload: { part, steps: ["second"] } }]));
  expect(parts.flat()).toHaveLength(5);
  tell("one message became five, each at happy-end once");
});

test("a route to an actor that is not there ends at error-end, which names it", async () => {
  const before = world.mail.account();
  const [id = ""] = await world.mail.send(["straying", "no-such-actor"], 1);
  await world.mail.allEnd(120_000);
  expect(world.mail.account()).toEqual({ ...before, failed: before.failed + 1, missing: [] });
  expect(JSON.stringify(world.mail.failed.get(id))).toContain("no-such-actor");
  tell("a route to an actor that is not there ends at error-end and names it");
});
