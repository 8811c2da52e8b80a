import { afterAll, beforeAll, expect, test } from "vitest";
import { Pair } from "../pair.ts";
import { tell } from "../story.ts";
import { until } from "../until.ts";
import { World } from "../world.ts";

const NEWBORN = "unscaled";
let world: World;
let pair: Pair;
let before: object;
beforeAll(async () => {
  world = await World.open();
  pair = await Pair.at(world, "keda");
  before = await pair.whatRuns();
  await serve(false);
  await forgetSchemas();
  tell("the cluster serves no ScaledObjects");
});
afterAll(async () => {
  await serve(true);
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
  await serve(true);
  tell("the cluster serves ScaledObjects");
  await world.says(pair.sleeper, "Synced", "True", 200_000);
  await world.reaches(NEWBORN, "Napping", 200_000);
  await pair.work();
  tell("a message wakes who slept");
});

/** n.b. What is not served stays stored: nobody's ScaledObject is lost. */
async function serve(served: boolean): Promise<void> {
  const change = [{ op: "replace", path: "/spec/versions/0/served", value: served }];
  const crd = ["crd", "scaledobjects.keda.sh"];
  world.kubernetes.kubectl(["patch", ...crd, "--type=json", "-p", JSON.stringify(change)]);
  await until(
    `ScaledObjects are ${served ? "" : "not "}served`,
    () => Promise.resolve(world.kubernetes.kubectl(["api-resources", "--api-group=keda.sh", "-o", "name"])),
    (names) => names.includes("scaledobjects.keda.sh") === served,
  );
}

/** n.b. Crossplane asks for schemas again when a kind was touched; the API server takes them away a moment after the kind. */
async function forgetSchemas(): Promise<void> {
  const kubectl = (...args: string[]) => world.kubernetes.kubectl(args);
  await until(
    "the API server has no schema of ScaledObject",
    () =>
      Promise.resolve(
        kubectl("get", "--raw", "/openapi/v3/apis/keda.sh/v1alpha1").includes("/scaledobjects/"),
      ),
    (has) => !has,
  );
  for (const mark of ["asya.sh/e2e=touched", "asya.sh/e2e-"])
    kubectl("annotate", "--overwrite", "crd", "scaledobjects.keda.sh", mark);
}
