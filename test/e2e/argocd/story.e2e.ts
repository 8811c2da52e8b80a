import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { ActorOptions } from "../actors.ts";
import type { Live } from "../kubernetes.ts";
import { tell } from "../story.ts";
import { settled, unchanged, until } from "../until.ts";
import { Undoing } from "../undoing.ts";
import { World } from "../world.ts";
import { Application } from "./application.ts";
import { ArgoCd } from "./argo-cd.ts";
import { NEXT_MARK } from "./plugin.ts";
import { Repository } from "./repository.ts";

const KEEPS = "keeps";
const GOES = "goes";
const undoing = new Undoing();
const repository = new Repository();
let world: World;
let argoCd: ArgoCd;
let application: Application;

beforeAll(async () => {
  undoing.add("the Git repository", () => repository.remove());
  const { namespace, place } = inject("run");
  if (place.shared === undefined) throw new Error("Argo CD runs only beside ../shared/cluster");
  world = await World.open();
  undoing.add("the connection to the cluster", () => world.close());
  argoCd = await ArgoCd.start(place.shared, undoing.add);
  application = new Application(argoCd, `${namespace}-story`, namespace);
});
afterAll(async () => await undoing.all());

test("a commit becomes Synced and Healthy, its objects exist, and messages are handled", async () => {
  repository.commit("two actors", { "keeps.yaml": written(KEEPS), "goes.yaml": written(GOES) });
  application.create(repository, argoCd.plugins.released, undoing.add);
  await application.reaches("Synced", "Healthy", 120_000);
  tell("a commit of two actors is Synced and Healthy");
  expect(await world.broker.queues()).toEqual(expect.arrayContaining(["asya-goes", "asya-keeps"]));
  await world.mail.send([KEEPS, GOES], 5);
  await world.mail.allEnd(60_000);
  expect(world.mail.account()).toEqual({ happy: 5, failed: 0, dead: 0, missing: [] });
});

test("what somebody changed by hand is as in Git again", async () => {
  world.edit(GOES, { timeout: { processing: 11 } });
  await until(
    "self-heal",
    () => timeout(GOES),
    (seconds) => seconds === 10,
  );
  await application.reaches("Synced", "Healthy", 90_000);
});

test("a mistake shows its finding first, and nothing that ran is touched", async () => {
  await world.reaches(KEEPS, "Napping", 120_000);
  await settled("the actors' objects", versions, 5_000);
  const before = await versions();
  const mistaken = written(KEEPS, { spec: { scalling: { enabled: true } } });
  repository.commit("a slip of the pen", { "keeps.yaml": mistaken, "goes.yaml": written(GOES, next()) });
  await application.refresh();
  const words = (await application.says("ComparisonError")) ?? "";
  const [first = ""] = (words.split("failed exit status 1: ")[1] ?? "").split("\n");
  expect(first).toMatch(/^keeps\.yaml:\d+:\d+ ASYA-E010 spec\.scalling: .* - /);
  tell(`Argo CD says: ${first}`);
  await unchanged("an object", versions, 10_000);
  expect(await versions()).toEqual(before);
});

test("the next commit mends it without anybody's help", async () => {
  repository.commit("mended", { "keeps.yaml": written(KEEPS) });
  await application.refresh();
  await until(
    "the other file's edit arrives",
    () => timeout(GOES),
    (seconds) => seconds === 12,
  );
  await application.reaches("Synced", "Healthy", 90_000);
  expect(await application.says("ComparisonError")).toBeUndefined();
});

test("the native server renders the same bytes, and moving to it applies nothing", async () => {
  await settled("the actors' objects", versions, 5_000);
  const [before, manifests] = [await versions(), await application.manifests()];
  application.usePlugin(argoCd.plugins.native);
  await application.refresh("hard");
  expect(await application.manifests()).toEqual(manifests);
  await application.reaches("Synced", "Healthy");
  expect(await versions()).toEqual(before);
  tell("the native server renders the same bytes");
});

test("an Application that names the next release gets its manifests without a hard refresh; one that stays does not", async () => {
  application.usePlugin(argoCd.plugins.released);
  await application.refresh();
  expect(await marks()).toEqual([undefined, undefined]);
  const stays = new Repository();
  undoing.add("the other Git repository", () => stays.remove());
  const settings = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "stays" }, data: { a: "1" } };
  stays.commit("a ConfigMap", { "stays.yaml": settings });
  const other = new Application(argoCd, `${application.name}-stays`, world.kubernetes.namespace);
  other.create(stays, argoCd.plugins.released, undoing.add);
  await other.reaches("Synced", "Healthy");
  application.usePlugin(argoCd.plugins.next);
  await until("the next release has rendered", marks, (seen) => seen.every((mark) => mark === "next"));
  await application.reaches("Synced", "Healthy", 90_000);
  expect((await other.manifests()).join("")).not.toContain(NEXT_MARK);
  tell("an Application has moved to the next release of the plugin, another one has stayed");
  await other.delete();
});

test("of actors taken out of Git the queue goes where deletion says Delete; the others sync on", async () => {
  repository.commit("one actor less", { "goes.yaml": null, "keeps.yaml": written(KEEPS, next()) });
  await application.refresh();
  await until(
    "no actor",
    () => world.kubernetes.find("asyncactors", GOES),
    (found) => found === undefined,
  );
  await until(
    "no queue",
    () => world.broker.queues(),
    (queues) => !queues.includes("asya-goes"),
  );
  await until(
    "the other one is edited",
    () => timeout(KEEPS),
    (seconds) => seconds === 12,
  );
  await application.reaches("Synced", "Healthy", 90_000);
});

test("with the Application go its actors; a queue whose deletion says Retain stays with its messages", async () => {
  // n.b. KEDA's pause keeps the replicas that run.
  await world.reaches(KEEPS, "Napping", 120_000);
  await application.run("pause", KEEPS);
  await until(
    "it is paused",
    () => application.health("AsyncActor", KEEPS),
    (seen) => seen?.status === "Suspended",
  );
  await until(
    "no pod",
    () => world.pods(KEEPS),
    (pods) => pods.length === 0,
  );
  await world.mail.send([KEEPS], 3);
  await application.delete();
  await until(
    "no actor",
    () => world.kubernetes.find("asyncactors", KEEPS),
    (found) => found === undefined,
  );
  await until(
    "the messages are counted",
    () => world.broker.depth("asya-keeps"),
    (depth) => depth === 3,
  );
  tell("the Application is gone, the retained queue has its three messages");
});

/** The queue of keeps stays, and it sleeps; goes runs one replica, and its queue goes. */
function written(name: string, { spec, ...options }: ActorOptions = {}): object {
  const deletion = { messages: name === KEEPS ? "Retain" : "Delete" };
  const scaling = name === KEEPS ? { enabled: true, cooldownPeriod: 10, maxReplicas: 1 } : {};
  return world.written(name, { ...options, spec: { scaling, deletion, ...spec } });
}

function next(): ActorOptions {
  return { spec: { timeout: { processing: 12, gracefulShutdown: 10 } } };
}

async function timeout(name: string): Promise<unknown> {
  const { spec } = await world.actor(name);
  return (spec["timeout"] as Record<string, unknown>)["processing"];
}

/** n.b. An actor's and a ScaledObject's resource versions move with what the observer and KEDA count. */
async function versions(): Promise<Record<string, string>> {
  const { kubernetes } = world;
  const counted = [...(await kubernetes.list("asyncactors")), ...(await kubernetes.list("scaledobjects"))];
  const kinds = ["deployments", "queues", "bindings", "triggerauthentications", "pods"] as const;
  const still = (await Promise.all(kinds.map((kind) => kubernetes.list(kind)))).flat();
  const id = ({ metadata }: Live) => `${metadata.uid} ${metadata.name}`;
  return Object.fromEntries([
    ...counted.map((one) => [id(one), String(one.metadata.generation)]),
    ...still.map((one) => [id(one), one.metadata.resourceVersion]),
  ]) as Record<string, string>;
}

async function marks(): Promise<(string | undefined)[]> {
  const actors = await Promise.all([KEEPS, GOES].map((name) => world.actor(name)));
  return actors.map(({ metadata }) => metadata.annotations?.[NEXT_MARK]);
}
