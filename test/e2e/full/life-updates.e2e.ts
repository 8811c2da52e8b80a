import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { findCluster } from "../../cluster/cluster.ts";
import { at } from "../kubernetes.ts";
import { until } from "../until.ts";
import { World } from "../world.ts";
import { type NextImage, nextImage } from "./next-image.ts";
import { underTraffic } from "./traffic.ts";
import { sharedFields } from "./writers.ts";

const NAME = "changing";
const SCALING = { enabled: true, minReplicas: 1, maxReplicas: 3, cooldownPeriod: 10 };
let world: World;
let image: NextImage;
beforeAll(async () => {
  world = await World.open();
  const cluster = findCluster();
  if (cluster === undefined) throw new Error("the cluster is gone");
  image = nextImage(cluster, inject("run").place);
  world.commit(NAME, { handler: "slow", spec: { scaling: SCALING } });
  await world.mail.watchDeadLetters(NAME);
  await world.reaches(NAME, "Running", 90_000);
});
afterAll(async () => {
  await world.remove(NAME);
  await world.close();
  image.forget();
});

test("a new image while messages flow: pods change one after the other, and each message ends once", async () => {
  await underTraffic(world, NAME, "a new image", async () => {
    editTemplate({ containers: [{ ...(await container()), image: image.name }] });
    await rolledOut((pod) => at(pod.spec, "containers", 0, "image") === image.name);
  });
});

test("a new pod template while messages flow: every pod has it, and each message ends once", async () => {
  await underTraffic(world, NAME, "a new template", async () => {
    editTemplate({ nodeSelector: { "kubernetes.io/os": "linux" } });
    await rolledOut((pod) => at(pod.spec, "nodeSelector", "kubernetes.io/os") === "linux");
  });
});

test("a new timeout while messages flow: pods that know it replace the others, and each message ends once", async () => {
  await underTraffic(world, NAME, "a new timeout", async () => {
    world.edit(NAME, { timeout: { processing: 20 } });
    await rolledOut((pod) => at(pod.spec, "terminationGracePeriodSeconds") === 35);
  });
});

test("new scaling values while messages flow: KEDA has them, no pod is started anew, and each message ends once", async () => {
  const before = await templateOf();
  await underTraffic(world, NAME, "new scaling values", async () => {
    world.edit(NAME, { scaling: { ...SCALING, queueLength: 1, maxReplicas: 2 } });
    await until(
      "KEDA has the new values",
      () => world.kubernetes.get("horizontalpodautoscalers", `keda-hpa-${NAME}`),
      ({ spec }) =>
        spec["maxReplicas"] === 2 && at(spec, "metrics", 0, "external", "target", "averageValue") === "1",
    );
  });
  expect(await templateOf()).toEqual(before);
});

test("scaling off while messages flow: what runs goes on, and each message ends once", async () => {
  await underTraffic(world, NAME, "scaling off", async () => {
    world.edit(NAME, { scaling: { enabled: false }, workload: { replicas: 2 } });
    await until(
      "no autoscaler",
      () => world.kubernetes.find("horizontalpodautoscalers", `keda-hpa-${NAME}`),
      (found) => found === undefined,
    );
    await until(
      "two replicas are ready",
      async () => (await world.actor(NAME)).status,
      (status) => status?.["status"] === "Running" && status["readyReplicas"] === 2,
      90_000,
    );
  });
});

test("scaling on again while messages flow: KEDA takes over what runs, and each message ends once", async () => {
  await underTraffic(world, NAME, "scaling on", async () => {
    world.edit(NAME, { scaling: { ...SCALING, minReplicas: 0 } });
    await world.says(NAME, "ScalingReady", "True");
    await until(
      "an autoscaler has looked",
      () => world.kubernetes.find("horizontalpodautoscalers", `keda-hpa-${NAME}`),
      (found) => found?.status?.["currentMetrics"] !== undefined,
    );
  });
  await world.reaches(NAME, "Napping", 120_000);
});

test("after all of it no field of any object has two writers", async () => {
  const objects = await Promise.all([
    world.kubernetes.get("asyncactors", NAME),
    world.kubernetes.get("deployments", NAME),
    world.kubernetes.get("scaledobjects", NAME),
    world.kubernetes.get("horizontalpodautoscalers", `keda-hpa-${NAME}`),
    world.kubernetes.get("triggerauthentications", `${NAME}-trigger-auth`),
    world.kubernetes.get("queues", `asya-${NAME}`),
    world.kubernetes.get("queues", `asya-${NAME}-dlq`),
    world.kubernetes.get("bindings", `asya-${NAME}`),
  ]);
  expect(objects.flatMap(sharedFields)).toEqual([]);
});

type Pod = Awaited<ReturnType<World["pods"]>>[number];

function editTemplate(spec: object): void {
  world.edit(NAME, { workload: { template: { spec } } });
}

async function container(): Promise<object> {
  return at((await world.actor(NAME)).spec, "workload", "template", "spec", "containers", 0) as object;
}

async function templateOf(): Promise<unknown> {
  return at(await world.kubernetes.get("deployments", NAME), "spec", "template");
}

/** All pods are new ones, and the actor says that it runs. */
async function rolledOut(isNew: (pod: Pod) => boolean): Promise<void> {
  const look = async () => {
    const pods = await world.pods(NAME);
    const { status } = await world.actor(NAME);
    return { pods: pods.length, new: pods.filter(isNew).length, status: status?.["status"] };
  };
  await until(
    "all pods are new",
    look,
    (seen) =>
      seen.pods > 0 && seen.pods === seen.new && ["Running", "ScalingUp"].includes(String(seen.status)),
    120_000,
  );
}
