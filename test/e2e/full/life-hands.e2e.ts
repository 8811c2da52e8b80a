import { afterAll, beforeAll, expect, test } from "vitest";
import { at } from "../kubernetes.ts";
import { tell } from "../story.ts";
import { unchanged, until } from "../until.ts";
import { World } from "../world.ts";
import { underTraffic } from "./traffic.ts";

const SCALING = { enabled: true, maxReplicas: 3, cooldownPeriod: 10, pollingInterval: 5 };
const TWO_POLLS_MS = 12_000;
let world: World;
beforeAll(async () => {
  world = await World.open();
  for (const name of ["rests", "rises", "holds"]) world.commit(name, { spec: { scaling: SCALING } });
  world.commit("steady", { handler: "slow", spec: { scaling: {} } });
});
afterAll(async () => {
  for (const name of ["rests", "rises", "holds", "warm", "steady"]) await world.remove(name);
  await world.close();
});

test("asya.sh/paused: messages wait in the queue and wake nobody until it is taken away", async () => {
  await world.reaches("rests", "Napping");
  world.annotate("rests", { "asya.sh/paused": "true" });
  const paused = await until(
    "it says that scaling is paused",
    () => world.actor("rests"),
    ({ status }) => /paused/.test(String(status?.["message"])),
  );
  tell(`rests is ${String(paused.status?.["status"])}: ${String(paused.status?.["message"])}`);
  await until(
    "KEDA has seen it",
    () => world.kubernetes.get("scaledobjects", "rests"),
    ({ status }) => /paused|Paused/.test(JSON.stringify(status?.["conditions"])),
  );
  await world.mail.send(["rests"], 3);
  await unchanged("wanted replicas", () => world.replicas("rests"), TWO_POLLS_MS);
  expect(await world.replicas("rests")).toBe(0);
  const waiting = await until(
    "the broker counts what waits",
    () => world.broker.depth("asya-rests"),
    (depth) => depth === 3,
  );
  expect(world.mail.account().missing).toHaveLength(waiting);
  tell("3 sent, 3 wait in the queue of an actor that is paused");
  world.annotate("rests", { "asya.sh/paused": null });
  await world.mail.allEnd(60_000);
  expect(world.mail.account()).toMatchObject({ happy: world.mail.sent, missing: [] });
});

test("asya.sh/wake: a replica comes without a message and goes again; the old annotation wakes nobody", async () => {
  await world.reaches("rises", "Napping");
  // n.b. it is for two minutes from the time that it names.
  world.annotate("rises", { "asya.sh/wake": new Date(Date.now() - 80_000).toISOString() });
  await world.reaches("rises", "Running", 40_000);
  tell("rises runs without a message");
  await world.reaches("rises", "Napping", 120_000);
  await unchanged("wanted replicas", () => world.replicas("rises"), TWO_POLLS_MS);
});

test("asya.sh/scale-min and scale-max: replicas between them whatever the spec says, and without them as before", async () => {
  world.annotate("holds", { "asya.sh/scale-min": "2", "asya.sh/scale-max": "2" });
  await until(
    "two are ready",
    async () => (await world.actor("holds")).status,
    (status) => status?.["readyReplicas"] === 2,
    90_000,
  );
  const { status } = await world.actor("holds");
  expect(at(status, "effective", "scaling")).toMatchObject({ minReplicas: 2, maxReplicas: 2 });
  tell("holds runs with two replicas and no message");
});

test("asya.sh/paused-scale-in: what runs stays although nothing is to do, and goes once it is taken away", async () => {
  world.annotate("holds", { "asya.sh/paused-scale-in": "true" });
  await until(
    "KEDA is told",
    () => world.kubernetes.get("scaledobjects", "holds"),
    ({ metadata }) => metadata.annotations?.["autoscaling.keda.sh/paused-scale-in"] === "true",
  );
  world.annotate("holds", { "asya.sh/scale-min": null, "asya.sh/scale-max": null });
  await until(
    "KEDA may take it to zero again",
    () => world.kubernetes.get("scaledobjects", "holds"),
    ({ spec }) => spec["minReplicaCount"] === 0,
  );
  // Longer than cooldownPeriod and two polls.
  await unchanged("wanted replicas", () => world.replicas("holds"), 25_000);
  expect(await world.replicas("holds")).toBe(2);
  tell("holds keeps its two replicas with nothing to do");
  world.annotate("holds", { "asya.sh/paused-scale-in": null });
  await world.reaches("holds", "Napping", 120_000);
});

test("asya.sh/restarted-at: new pods replace the old ones while messages flow; the same time again changes nothing", async () => {
  await world.reaches("steady", "Running", 90_000);
  const old = new Set((await world.pods("steady")).map(({ metadata }) => metadata.uid));
  const restartedAt = new Date().toISOString();
  await underTraffic(world, "steady", "a restart", async () => {
    world.annotate("steady", { "asya.sh/restarted-at": restartedAt });
    await until(
      "only a new pod is there",
      () => world.pods("steady"),
      (pods) => pods.length === 1 && pods.every(({ metadata }) => !old.has(metadata.uid)),
      90_000,
    );
  });
  await world.reaches("steady", "Running");
  const generation = async () => (await world.kubernetes.get("deployments", "steady")).metadata.generation;
  const before = await generation();
  world.annotate("steady", { "asya.sh/restarted-at": restartedAt });
  world.annotate("steady", { "example.org/seen": "true" });
  await unchanged("the Deployment's generation", generation, 5_000);
  expect(await generation()).toBe(before);
});

test("scaling.warmUp: the first replica comes without a message, then it sleeps, and no later edit warms it again", async () => {
  world.commit("warm", { spec: { scaling: { ...SCALING, warmUp: true } } });
  await until(
    "it was ready once",
    () => world.actor("warm"),
    ({ status }) => status?.["warmedUp"] === true,
    60_000,
  );
  tell("warm has run once");
  const asleep = await world.reaches("warm", "Napping", 120_000);
  expect(asleep.status?.["message"]).toBe("scaled to zero; a message wakes it");
  world.edit("warm", { timeout: { processing: 20 } });
  await until(
    "the edit has arrived",
    () => world.kubernetes.get("deployments", "warm"),
    ({ spec }) => at(spec, "template", "spec", "terminationGracePeriodSeconds") === 35,
  );
  await unchanged("wanted replicas", () => world.replicas("warm"), TWO_POLLS_MS);
  expect(await world.replicas("warm")).toBe(0);
});
