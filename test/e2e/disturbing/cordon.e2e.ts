import { afterAll, beforeAll, expect, test } from "vitest";
import { Pair } from "../pair.ts";
import { tell } from "../story.ts";
import { World } from "../world.ts";

const LATER = "no-node";
let world: World;
let pair: Pair;
let before: object;
let nodes: string[];
beforeAll(async () => {
  world = await World.open();
  pair = await Pair.at(world, "cordoned");
  before = await pair.whatRuns();
  nodes = world.kubernetes.kubectl(["get", "nodes", "-o", "name"]).trim().split("\n");
});
afterAll(async () => {
  uncordon();
  await world.remove(LATER);
  await pair.remove();
  await world.close();
});

test("with every node cordoned a new pod's actor is PendingResources and says what to do; who runs works on", async () => {
  world.kubernetes.kubectl(["cordon", ...nodes]);
  tell("every node is cordoned");
  world.commit(LATER, { spec: { scaling: {} } });
  const live = await world.reaches(LATER, "PendingResources", 90_000);
  tell(`${LATER} is PendingResources: ${String(live.status?.["message"])}`);
  expect(live.status?.["message"]).toMatch(/unschedulable.* - .*uncordon a node/);
  await pair.workSteadily();
  expect(await pair.whatRuns()).toEqual(before);
});

test("uncordoned, it runs by itself", async () => {
  uncordon();
  await world.reaches(LATER, "Running", 120_000);
});

function uncordon(): void {
  world.kubernetes.kubectl(["uncordon", ...nodes]);
}
