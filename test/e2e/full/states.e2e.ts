import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tell } from "../story.ts";
import { until } from "../until.ts";
import { World } from "../world.ts";
import type { Example } from "./state-example.ts";
import { EXAMPLES } from "./states.ts";

const ALL = Object.values(EXAMPLES).flat();
let world: World;
beforeAll(async () => {
  world = await World.open();
  // The last one takes the longest.
  for (const { name, actor, before } of ALL.toReversed()) {
    await before?.(world, name);
    world.commit(name, actor);
  }
});
afterAll(async () => {
  const names = ALL.map(({ name }) => name);
  world.kubernetes.kubectl(["delete", "asyncactors", ...names, "--wait", "--timeout=3m"]);
  await until(
    "no pod of theirs",
    async () => (await Promise.all(names.map((name) => world.pods(name)))).flat(),
    (pods) => pods.length === 0,
    120_000,
  );
  await world.close();
});

for (const [state, examples] of Object.entries(EXAMPLES)) {
  describe(state, () => {
    for (const example of examples) {
      test(example.cause, { timeout: 420_000 }, () => sees(state, example));
    }
  });
}

async function sees(state: string, { name, once, message, withinMs = 150_000 }: Example): Promise<void> {
  if (once !== undefined) {
    await world.reaches(name, once.state, 150_000);
    await once.event(world, name);
  }
  const live = await world.reaches(name, state, withinMs);
  tell(`${name} is ${state}: ${String(live.status?.["message"])}`);
  expect(live.status?.["message"]).toMatch(message);
}
