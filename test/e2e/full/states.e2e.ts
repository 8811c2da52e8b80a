import { afterAll, beforeAll, expect, test } from "vitest";
import { tell } from "../story.ts";
import { World } from "../world.ts";
import { STATES } from "./states.ts";

let world: World;
beforeAll(async () => {
  world = await World.open();
  for (const { name, actor } of STATES) world.commit(name, actor);
});
afterAll(async () => {
  for (const { name } of STATES) await world.remove(name);
  await world.close();
});

for (const { state, cause, name, message } of STATES) {
  test(`${state}: ${cause}`, async () => {
    const live = await world.reaches(name, state, 150_000);
    tell(`${name} is ${state}: ${String(live.status?.["message"])}`);
    expect(live.status?.["message"]).toMatch(message);
  });
}
