import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { at } from "../kubernetes.ts";
import { tell } from "../story.ts";
import { settled, until } from "../until.ts";
import { World } from "../world.ts";
import { sharedFields } from "./writers.ts";

const NAME = "keeper";
const CLAIM = `data-${NAME}-0`;
let world: World;
let volume: string;
beforeAll(async () => {
  world = await World.open();
  volume = `${world.kubernetes.namespace}-volume`;
  world.kubernetes.apply([persistentVolume()]);
  world.commit(NAME, {
    handler: "remember",
    spec: { scaling: { enabled: true, maxReplicas: 1, cooldownPeriod: 10 } },
    workload: {
      kind: "StatefulSet",
      volumeClaimTemplates: [
        {
          metadata: { name: "data" },
          spec: {
            accessModes: ["ReadWriteOnce"],
            storageClassName: volume,
            resources: { requests: { storage: "10Mi" } },
          },
        },
      ],
    },
    container: {
      volumeMounts: [
        { name: "handlers", mountPath: "/handlers" },
        { name: "data", mountPath: "/data" },
      ],
    },
  });
});
afterAll(async () => {
  await world.remove(NAME);
  const { kubernetes } = world;
  kubernetes.kubectl(["delete", "persistentvolumeclaim", CLAIM, "--ignore-not-found", "--wait"]);
  kubernetes.kubectl(["delete", "persistentvolume", volume, "--ignore-not-found", "--wait"]);
  rmSync(folder(), { recursive: true, force: true });
  await world.close();
});

test("a StatefulSet sleeps and wakes as a Deployment does, with a volume of its own", async () => {
  const born = await world.reaches(NAME, "Napping");
  tell(`keeper is Napping: ${String(born.status?.["message"])}`);
  expect(await world.replicas(NAME, "statefulsets")).toBe(0);
  expect(await world.kubernetes.find("deployments", NAME)).toBeUndefined();
  await world.mail.send([NAME], 3);
  await world.mail.allEnd(120_000);
  expect(highest()).toBe(3);
  const claim = await world.kubernetes.get("persistentvolumeclaims", CLAIM);
  expect(at(claim, "spec", "volumeName")).toBe(volume);
  tell("keeper has written three lines to its volume");
});

test("what it wrote is still there after a nap", async () => {
  await until(
    "it is at zero, no pod is left",
    () => world.pods(NAME),
    (pods) => pods.length === 0,
    120_000,
  );
  await world.reaches(NAME, "Napping");
  await world.mail.send([NAME], 1);
  await world.mail.allEnd(120_000);
  expect(highest()).toBe(4);
  expect(world.mail.account()).toEqual({ happy: 4, failed: 0, dead: 0, missing: [] });
  expect(world.mail.repeated()).toEqual([]);
  tell("after a nap keeper finds three lines and writes the fourth");
});

test("a restart of a StatefulSet brings a new pod of the same name to the same volume", async () => {
  const old = (await world.pods(NAME)).map(({ metadata }) => metadata.uid);
  world.annotate(NAME, { "asya.sh/restarted-at": new Date().toISOString() });
  await until(
    "the template has the time",
    () => world.kubernetes.get("statefulsets", NAME),
    ({ spec }) => at(spec, "template", "metadata", "annotations", "asya.sh/restarted-at") !== undefined,
  );
  await world.mail.send([NAME], 1);
  await world.mail.allEnd(120_000);
  await until(
    "the old pod is gone",
    () => world.pods(NAME),
    (pods) => pods.every(({ metadata }) => !old.includes(metadata.uid)),
    120_000,
  );
  await world.mail.send([NAME], 1);
  await world.mail.allEnd(120_000);
  expect(highest()).toBe(6);
  expect(world.mail.account()).toMatchObject({ happy: 6, missing: [] });
});

test("at rest a StatefulSet and its ScaledObject stand still, and no field has two writers", async () => {
  await world.reaches(NAME, "Napping", 120_000);
  const objects = () =>
    Promise.all([
      world.kubernetes.get("statefulsets", NAME),
      world.kubernetes.get("scaledobjects", NAME),
      world.kubernetes.get("asyncactors", NAME),
    ]);
  const versions = async () => {
    const [statefulSet, scaledObject, actor] = await objects();
    // KEDA writes its status when it pleases.
    return [
      statefulSet.metadata.resourceVersion,
      scaledObject.metadata.generation,
      actor.metadata.resourceVersion,
    ];
  };
  await settled("resource versions", versions, 20_000, 90_000);
  expect((await objects()).flatMap(sharedFields)).toEqual([]);
});

/** The number of lines that a handler saw last. */
function highest(): number {
  const payloads = [...world.mail.happy.values()].flat().map(({ payload }) => payload as { seen: number });
  return Math.max(...payloads.map(({ seen }) => seen));
}

/** n.b. ../shared/cluster has no provisioner; its node is this machine. */
function persistentVolume(): object {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: volume },
    spec: {
      capacity: { storage: "10Mi" },
      accessModes: ["ReadWriteOnce"],
      persistentVolumeReclaimPolicy: "Retain",
      storageClassName: volume,
      hostPath: { path: folder(), type: "DirectoryOrCreate" },
    },
  };
}

function folder(): string {
  return `/tmp/${volume}`;
}
