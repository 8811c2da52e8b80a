import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { findCluster } from "../../cluster/cluster.ts";
import { canaryManifest, upgradeCommands } from "../canary.ts";
import { provideFunction } from "../installation.ts";
import { at } from "../kubernetes.ts";
import { tell } from "../story.ts";
import { Undoing } from "../undoing.ts";
import { until } from "../until.ts";
import { World } from "../world.ts";

const { place, composition, namespace } = inject("run");
const ACTOR = "hello";

const undoing = new Undoing();
let world: World;
beforeAll(async () => {
  world = await World.open();
  world.commit(ACTOR, { handler: "slow", spec: { scaling: {} }, workload: { replicas: 1 } });
  await world.reaches(ACTOR, "Running", 120_000);
});
afterAll(async () => {
  await world.remove(ACTOR);
  await undoing.all();
  await world.close();
});

test("an actor goes over to a second function and back as docs/upgrade.md says, while its one pod handles messages", async () => {
  const cluster = findCluster();
  if (cluster === undefined) throw new Error("the cluster is gone");
  const names = {
    composition: `asyncactor-canary-${namespace}`,
    function: `function-asyncactor-canary-${namespace}`,
  };
  const folder = mkdtempSync(join(tmpdir(), "asya-canary-"));
  undoing.add("temporary files", () => rmSync(folder, { recursive: true }));
  const live: unknown = JSON.parse(
    world.kubernetes.kubectl(["get", "composition", composition, "-o", "json"]),
  );
  writeFileSync(join(folder, "canary.yaml"), canaryManifest(live, names, place.nextFunctionPackage));
  for (const [kind, name] of [
    ["composition", names.composition],
    ["function.pkg.crossplane.io", names.function],
    ["functionrevision.pkg.crossplane.io", `${names.function}-local`],
  ] as const)
    undoing.add(`${kind} ${name}`, () =>
      world.kubernetes.kubectl(["delete", kind, name, "--ignore-not-found", "--wait"]),
    );
  if (place.nextFunctionPackage === undefined)
    await provideFunction(cluster, place, names.function, undoing.add);
  const before = await untouched();
  const { install, move, back, remove } = upgradeCommands(
    { ...names, stable: composition, namespace },
    { cluster, folder },
  );
  install();
  await world.mail.send([ACTOR], 10, { seconds: 0.5 });
  move();
  await revisionOf(names.composition);
  tell("hello is the canary's");
  await world.mail.send([ACTOR], 10, { seconds: 0.5 });
  back();
  await revisionOf(composition);
  tell("hello is back");
  await world.mail.allEnd(90_000);
  expect(world.mail.account()).toEqual({ happy: 20, failed: 0, dead: 0, missing: [] });
  expect(await untouched()).toEqual(before);
  expect(at(await world.actor(ACTOR), "spec", "crossplane", "compositionRef", "name")).toBe(composition);
  remove();
});

/** Waits until the actor was composed by a revision of this Composition and all conditions are good. */
async function revisionOf(name: string): Promise<void> {
  await until(
    `${ACTOR} is composed by ${name}`,
    async () => at(await world.actor(ACTOR), "spec", "crossplane", "compositionRevisionRef", "name"),
    (revision) => typeof revision === "string" && revision.startsWith(`${name}-`),
  );
  await world.says(ACTOR, "Synced", "True");
  await world.says(ACTOR, "Ready", "True");
}

/** What moves when a pod is replaced or the workload's spec is written. */
async function untouched() {
  const { metadata } = await world.kubernetes.get("deployments", ACTOR);
  const pods = await world.pods(ACTOR);
  return { generation: metadata.generation, uid: metadata.uid, pods: pods.map((pod) => pod.metadata.uid) };
}
