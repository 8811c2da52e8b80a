import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { Pair } from "../pair.ts";
import { tell } from "../story.ts";
import { until } from "../until.ts";
import { World } from "../world.ts";
import { type ControlPlane, kill, start } from "./processes.ts";

const LATER = "later";
let world: World;
let pair: Pair;
let before: object;
let controlPlane: ControlPlane;
let environment: NodeJS.ProcessEnv | undefined;
beforeAll(async () => {
  const { place, kubeconfig } = inject("run");
  if (place.shared === undefined) throw new Error("only the API server of ../shared/cluster is killed");
  controlPlane = { shared: place.shared, kubeconfig };
  world = await World.open();
  pair = await Pair.at(world, "headless");
  before = await pair.whatRuns();
});
afterAll(async () => {
  restart();
  await world.remove(LATER);
  await pair.remove();
  await world.close();
});

test("while the API server is away the pods handle messages", async () => {
  environment = await kill(controlPlane, "kube-apiserver");
  tell("the API server is away");
  for (let count = 0; count < 5; count++) await pair.workSteadily();
  tell("5 messages were handled without it");
});

test("when it is back the same pods still run, and an edit arrives", { timeout: 300_000 }, async () => {
  restart();
  tell("the API server is back");
  expect(await pair.whatRuns()).toEqual(before);
  pair.edit(20);
  await until(
    "the edit is there",
    () => pair.timeout(),
    (timeout) => timeout === "20s",
    200_000,
  );
  await world.says(pair.steady, "Synced", "True");
  await world.reaches(pair.steady, "Running");
});

test("KEDA wakes who sleeps, and the observer tells of pods again", { timeout: 300_000 }, async () => {
  await pair.work();
  tell("both have handled a message");
  world.commit(LATER, { spec: { scaling: {} }, container: { image: "localhost/there-is-no-such-image:1" } });
  const live = await world.reaches(LATER, "ImagePullError", 200_000);
  tell(`${LATER} is ImagePullError: ${String(live.status?.["message"])}`);
});

function restart(): void {
  if (environment === undefined) return;
  start(controlPlane, environment);
  environment = undefined;
}
