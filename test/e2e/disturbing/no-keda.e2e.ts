import { afterAll, beforeAll, expect, test } from "vitest";
import { Pair } from "../pair.ts";
import { tell } from "../story.ts";
import { World } from "../world.ts";

const NEWBORN = "unscaled";
const CRD = "scaledobjects.keda.sh";
let world: World;
let pair: Pair;
let before: object;
/** KEDA's own, while it is not in the cluster. */
let definition: string | undefined;
beforeAll(async () => {
  world = await World.open();
  pair = await Pair.at(world, "keda");
  before = await pair.whatRuns();
  definition = takeAway();
  tell("the cluster has no ScaledObjects any more, as if KEDA had never been installed");
});
afterAll(async () => {
  bringBack();
  await world.remove(NEWBORN);
  await pair.remove();
  await world.close();
});

test("who runs works on and can be edited", { timeout: 240_000 }, async () => {
  await pair.workSteadily();
  expect(await pair.whatRuns()).toEqual(before);
});

test(
  "an actor that needs KEDA says so: a new one with what to install, an old one with what is not served",
  { timeout: 300_000 },
  async () => {
    world.commit(NEWBORN);
    const { reason, message } = await world.says(NEWBORN, "ScalingReady", "False", 120_000);
    tell(`ScalingReady of ${NEWBORN} says: ${String(message)}`);
    expect(reason).toBe("PlatformError");
    expect(message).toMatch(/KEDA is missing: .* - install KEDA/);
    expect(await world.kubernetes.find("deployments", NEWBORN)).toBeUndefined();
    world.edit(pair.sleeper, { timeout: { processing: 20 } });
    const synced = await world.says(pair.sleeper, "Synced", "False", 120_000);
    tell(`Synced of ${pair.sleeper} says: ${String(synced["message"])}`);
    expect(synced["message"]).toMatch(/scaledobject/i);
    expect(await pair.whatRuns()).toEqual(before);
  },
);

test("once KEDA is there all heal by themselves", { timeout: 400_000 }, async () => {
  bringBack();
  tell("KEDA's kind is there again");
  await world.says(pair.sleeper, "Synced", "True", 200_000);
  await world.reaches(NEWBORN, "Napping", 200_000);
  await pair.work();
  tell("a message wakes who slept");
});

/** n.b. With a kind go all its objects: on this cluster they are the run's own. */
function takeAway(): string {
  const saved = world.kubernetes.kubectl(["get", "crd", CRD, "-o", "json"]);
  world.kubernetes.kubectl(["delete", "crd", CRD, "--wait", "--timeout=60s"]);
  return saved;
}

function bringBack(): void {
  if (definition === undefined) return;
  const { apiVersion, kind, metadata, spec } = JSON.parse(definition) as {
    apiVersion: string;
    kind: string;
    metadata: { name: string; annotations?: object; labels?: object };
    spec: object;
  };
  const { name, annotations, labels } = metadata;
  const made = { apiVersion, kind, metadata: { name, annotations, labels }, spec };
  world.kubernetes.kubectl(["create", "-f", "-"], JSON.stringify(made));
  world.kubernetes.kubectl(["wait", "--for=condition=Established", `crd/${CRD}`, "--timeout=60s"]);
  definition = undefined;
}
