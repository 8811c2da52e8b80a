import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { at, type Live } from "../kubernetes.ts";
import { tell } from "../story.ts";
import { settled, until } from "../until.ts";
import { World } from "../world.ts";
import { underTraffic } from "./traffic.ts";

/** As 0.1 mounts the script of its runtime. */
const RUNTIME_OF_01 = [{ name: "asya-runtime", configMap: { name: "handlers" } }];
const ADOPT = { "asya.sh/adopt": "true" };
let world: World;
beforeAll(async () => void (world = await World.open()));
afterAll(async () => {
  for (const name of ["theirs", "older", "moved"]) {
    await world.remove(name);
    world.kubernetes.kubectl(["delete", "deployment", name, "--ignore-not-found", "--wait"]);
  }
  await world.close();
});

test("a Deployment of the name that is somebody else's: Synced says so, nothing is made, nothing is touched", async () => {
  world.kubernetes.apply([deployment("theirs", { app: "their-own" }, { name: "web" })]);
  const before = await ready("theirs", 1);
  world.commit("theirs");
  const synced = await world.says("theirs", "Synced", "False");
  expect(synced["message"]).toMatch(/E044.*Deployment "theirs" exists and is not this actor's/);
  expect(synced["message"]).toContain("asya.sh/adopt");
  tell(`Synced says: ${String(synced["message"])}`);
  expect(await untouched("theirs")).toEqual(before);
  expect(await world.broker.queues()).not.toContain("asya-theirs");
  expect(await world.kubernetes.find("scaledobjects", "theirs")).toBeUndefined();
});

test("with asya.sh/adopt a Deployment of another selector stays refused: Kubernetes could not change it", async () => {
  const before = await untouched("theirs");
  world.annotate("theirs", ADOPT);
  await refusal("theirs", /cannot be taken over: its spec\.selector is/);
  expect(await untouched("theirs")).toEqual(before);
});

test("out of its way the actor begins by itself", async () => {
  world.kubernetes.kubectl(["delete", "deployment", "theirs", "--wait"]);
  await world.reaches("theirs", "Napping", 90_000);
});

test("a Deployment of Asya 0.1, scaling on: what the refusal says to do replaces its pods and loses none", async () => {
  world.kubernetes.apply([
    deployment("older", selector("older"), { name: "asya-runtime" }, 2, RUNTIME_OF_01),
  ]);
  await ready("older", 2);
  const old = (await world.pods("older")).map(({ metadata }) => metadata.uid);
  expect(old).toHaveLength(2);
  world.commit("older", { annotations: ADOPT, spec: { scaling: { enabled: true, cooldownPeriod: 10 } } });
  const said = await refusal("older", /would keep its volume asya-runtime \(configMap\)/);
  const [annotate, remove] = [...said.matchAll(/kubectl (annotate|delete) [^:;,]+/g)].map(([line]) => line);
  expect([annotate, remove]).toEqual([
    "kubectl annotate asyncactor older asya.sh/scale-min=2",
    "kubectl delete deployment older --cascade=orphan",
  ]);
  let fewest = 2;
  for (const command of [annotate, remove]) world.kubernetes.kubectl((command ?? "").split(" ").slice(1));
  await until(
    "only pods of ours run",
    async () => {
      const pods = await world.pods("older");
      fewest = Math.min(fewest, pods.filter(isReady).length);
      return pods.map(({ metadata }) => metadata.uid);
    },
    (uids) => uids.length === 2 && uids.every((uid) => !old.includes(uid)),
    150_000,
  );
  expect(fewest).toBe(2);
  tell("older has pods of its own now, and never had fewer than two ready ones");
  await world.reaches("older", "Running");
  world.annotate("older", { "asya.sh/scale-min": null });
  await world.reaches("older", "Napping", 120_000);
});

test("what an actor left behind by --cascade=orphan is taken over as it runs: same pods, each message ends once", async () => {
  const options = { handler: "slow", spec: { scaling: { enabled: true, minReplicas: 1, maxReplicas: 1 } } };
  world.commit("moved", options);
  await world.reaches("moved", "Running", 90_000);
  // n.b. An apply of Crossplane's that is under way makes an orphan a child again, and the garbage collector takes it.
  const version = async () => (await world.actor("moved")).metadata.resourceVersion;
  await settled("moved's resource version", version, 20_000, 120_000);
  const before = await untouched("moved");
  await underTraffic(world, "moved", "an actor that goes and comes back", async () => {
    world.kubernetes.kubectl([
      "delete",
      "asyncactor",
      "moved",
      "--cascade=orphan",
      "--wait",
      "--timeout=60s",
    ]);
    expect(await untouched("moved")).toMatchObject({ pods: before.pods });
    world.commit("moved", options);
    await world.says("moved", "Synced", "False");
    world.annotate("moved", ADOPT);
    await world.reaches("moved", "Running", 90_000);
  });
  const after = await untouched("moved");
  expect(after.pods).toEqual(before.pods);
  const owner = at(
    await world.kubernetes.get("deployments", "moved"),
    "metadata",
    "ownerReferences",
    0,
    "uid",
  );
  expect(owner).toBe((await world.actor("moved")).metadata.uid);
  tell("moved was taken over with its pod");
});

/** Until Synced=False says it; Crossplane asks again after up to half a minute. */
async function refusal(name: string, pattern: RegExp): Promise<string> {
  const seen = await until(
    `Synced of ${name} says ${pattern}`,
    () => world.says(name, "Synced", "False"),
    ({ message }) => pattern.test(String(message)),
    60_000,
  );
  return String(seen["message"]);
}

/** The Deployment and its pods as they are: what no refusal may change. */
async function untouched(name: string) {
  const { metadata, spec } = await world.kubernetes.get("deployments", name);
  const pods = (await podsOf(spec)).map((pod) => pod.metadata.uid).toSorted();
  return { uid: metadata.uid, generation: metadata.generation, spec, pods };
}

async function ready(name: string, replicas: number) {
  await until(
    `${replicas} of ${name} are ready`,
    () => world.kubernetes.get("deployments", name),
    ({ status }) => status?.["readyReplicas"] === replicas,
    90_000,
  );
  return await untouched(name);
}

async function podsOf(spec: Live["spec"]): Promise<Live[]> {
  const labels = Object.entries(at(spec, "selector", "matchLabels") as Record<string, string>);
  return await world.kubernetes.list("pods", labels.map((pair) => pair.join("=")).join(","));
}

function isReady({ status }: Live): boolean {
  const conditions = (status?.["conditions"] ?? []) as { type: string; status: string }[];
  return conditions.some((one) => one.type === "Ready" && one.status === "True");
}

/** 0.1's, which Kubernetes never lets change. */
function selector(name: string): Record<string, string> {
  return { app: name, "asya.sh/asya": name, "asya.sh/workload": "deployment" };
}

function deployment(
  name: string,
  labels: Record<string, string>,
  container: Record<string, unknown>,
  replicas = 1,
  volumes: object[] = [],
): object {
  const image = inject("run").place.pythonImage;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels: { ...labels, "asya.sh/actor": name } },
        spec: {
          terminationGracePeriodSeconds: 1,
          volumes,
          containers: [{ image, command: ["sleep", "3600"], ...container }],
        },
      },
    },
  };
}
