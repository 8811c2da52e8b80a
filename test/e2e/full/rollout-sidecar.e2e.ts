import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { SIDECAR } from "../../../scripts/build.ts";
import { imageName, makeImage } from "../images.ts";
import { at } from "../kubernetes.ts";
import { Platform } from "../platform.ts";
import { tell } from "../story.ts";
import { until } from "../until.ts";
import { World } from "../world.ts";

const { namespace, place, platform: settings } = inject("run");
const FLAVOR = `early-${namespace}`;
const TODAY = place.sidecarImage ?? imageName(SIDECAR);
const ACTORS = ["steady", "early"] as const;
const MESSAGES = 20;

let world: World;
let platform: Platform;
let next: string;
beforeAll(async () => {
  world = await World.open();
  platform = new Platform(world.kubernetes, settings);
  next = place.nextSidecarImage ?? (await makeImage(place.shared ?? "", SIDECAR, "e2e-next"));
  platform.commitFlavor(FLAVOR, { retry: { maxAttempts: 3 } });
  for (const name of ACTORS) {
    const flavors = name === "early" ? [FLAVOR] : [];
    world.commit(name, { handler: "slow", spec: { scaling: {}, flavors }, workload: { replicas: 1 } });
  }
  for (const name of ACTORS) await world.reaches(name, "Running", 120_000);
});
afterAll(async () => {
  platform.editNamespace({ sidecar: null });
  for (const name of ACTORS) await world.remove(name);
  platform.removeFlavor(FLAVOR);
  await world.close();
});

test("a flavor's sidecar image rolls the pods of its actors only, and back; every message in flight ends once", async () => {
  const before = await pods();
  await send();
  platform.commitFlavor(FLAVOR, { sidecar: { image: next } });
  await rolledOut("early", { sidecar: next, runtime: TODAY });
  tell("early runs the next sidecar");
  platform.commitFlavor(FLAVOR, {});
  await rolledOut("early", { sidecar: TODAY, runtime: TODAY });
  tell("early is back on today's sidecar");
  await allArrived();
  const after = await pods();
  expect(after.steady).toEqual(before.steady);
  expect(after.early).not.toEqual(before.early);
});

test("a namespace's sidecar image rolls sidecar and runtime of all its actors, and back; nothing is lost", async () => {
  await send();
  platform.editNamespace({ sidecar: { image: next } });
  for (const name of ACTORS) await rolledOut(name, { sidecar: next, runtime: next });
  tell("the whole namespace runs the next sidecar and runtime");
  platform.editNamespace({ sidecar: null });
  for (const name of ACTORS) await rolledOut(name, { sidecar: TODAY, runtime: TODAY });
  tell("the whole namespace is back");
  await allArrived();
});

async function send(): Promise<void> {
  for (const name of ACTORS) await world.mail.send([name], MESSAGES, { seconds: 0.5 });
}

async function allArrived(): Promise<void> {
  await world.mail.allEnd(120_000);
  const { happy, ...others } = world.mail.account();
  expect(others).toEqual({ failed: 0, dead: 0, missing: [] });
  expect([...world.mail.happy.values()].filter(({ length }) => length > 1)).toEqual([]);
  tell(`${happy} messages sent, ${happy} at happy-end`);
}

/** Uids of the pods by actor. */
async function pods(): Promise<Record<(typeof ACTORS)[number], string[]>> {
  const [steady = [], early = []] = await Promise.all(
    ACTORS.map(async (name) => (await world.pods(name)).map(({ metadata }) => metadata.uid)),
  );
  return { steady, early };
}

/** Waits until one pod is left, ready, and of these images. */
async function rolledOut(actor: string, wanted: { sidecar: string; runtime: string }): Promise<void> {
  await until(
    `${actor} has rolled out`,
    async () => (await world.pods(actor)).map((pod) => ({ ready: isReady(pod), ...imagesOf(pod) })),
    (seen) =>
      seen.length === 1 &&
      seen.every(
        ({ ready, sidecar, runtime }) => ready && sidecar === wanted.sidecar && runtime === wanted.runtime,
      ),
    120_000,
  );
}

function imagesOf(pod: object): { sidecar: unknown; runtime: unknown } {
  const image = (list: string, wanted: string) => {
    const containers = (at(pod, "spec", list) ?? []) as { name: string; image: string }[];
    return containers.find(({ name }) => name === wanted)?.image;
  };
  return {
    sidecar: image("containers", "asya-sidecar"),
    runtime: image("initContainers", "asya-runtime-install"),
  };
}

function isReady(pod: object): boolean {
  const conditions = (at(pod, "status", "conditions") ?? []) as { type: string; status: string }[];
  return conditions.some(({ type, status }) => type === "Ready" && status === "True");
}
