import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { ACTIONS } from "../../../argocd-plugin/argo-cd/actions.ts";
import { at } from "../kubernetes.ts";
import { tell } from "../story.ts";
import { Undoing } from "../undoing.ts";
import { unchanged, until } from "../until.ts";
import { World } from "../world.ts";
import { Application } from "./application.ts";
import { ArgoCd } from "./argo-cd.ts";
import { Repository } from "./repository.ts";

interface Example {
  action: string;
  parameters?: Record<string, string>;
  /** What is seen of it in the cluster. */
  effect: string;
  look: () => Promise<unknown>;
  wanted: (seen: unknown) => boolean;
}

const NAME = "acts";
const undoing = new Undoing();
let world: World;
let application: Application;
const isOn = (seen: unknown) => seen === "true";
const isOff = (seen: unknown) => seen === undefined;
const kedaSays = (name: string) => async () =>
  (await world.kubernetes.get("scaledobjects", NAME)).metadata.annotations?.[`autoscaling.keda.sh/${name}`];
const replicas = async () => await world.replicas(NAME);
const template = async () =>
  at(await world.kubernetes.get("deployments", NAME), "spec", "template", "metadata", "annotations");
const handled = async () => at((await world.actor(NAME)).status, "lastHandledReconcileAt");

/** In an order in which each is offered. */
const EXAMPLES: readonly Example[] = [
  { action: "pause", effect: "KEDA stands still", look: kedaSays("paused"), wanted: isOn },
  { action: "resume", effect: "KEDA goes on", look: kedaSays("paused"), wanted: isOff },
  {
    action: "scale",
    parameters: { min: "1", max: "2" },
    effect: "a replica runs without a message",
    look: replicas,
    wanted: (seen) => seen === 1,
  },
  {
    action: "restart",
    effect: "its pods get a new template",
    look: async () => at(await template(), "asya.sh/restarted-at"),
    wanted: (seen) => typeof seen === "string",
  },
  { action: "pause-scale-in", effect: "pods stay", look: kedaSays("paused-scale-in"), wanted: isOn },
  { action: "resume-scale-in", effect: "pods may go", look: kedaSays("paused-scale-in"), wanted: isOff },
  { action: "reset-scale", effect: "it sleeps again", look: replicas, wanted: (seen) => seen === 0 },
  { action: "wake", effect: "a replica runs", look: replicas, wanted: (seen) => seen === 1 },
  {
    action: "drain",
    effect: "it is emptied",
    look: async () => at((await world.actor(NAME)).status, "drain", "state"),
    wanted: (seen) => seen === "Drained",
  },
  {
    action: "stop-draining",
    effect: "nobody asks for that any more",
    look: async () => at((await world.actor(NAME)).status, "drain"),
    wanted: isOff,
  },
  {
    action: "redrive",
    effect: "its dead letters have been asked for",
    look: async () => at((await world.actor(NAME)).status, "redrive"),
    wanted: (seen) => typeof seen === "object" && seen !== null,
  },
  {
    action: "reconcile-now",
    effect: "Crossplane has handled the request",
    look: handled,
    wanted: (seen) => typeof seen === "string",
  },
];

beforeAll(async () => {
  const { namespace, place } = inject("run");
  if (place.shared === undefined) throw new Error("Argo CD runs only beside ../shared/cluster");
  world = await World.open();
  undoing.add("the connection to the cluster", () => world.close());
  const repository = new Repository();
  undoing.add("the Git repository", () => repository.remove());
  const argoCd = await ArgoCd.start(place.shared, undoing.add);
  repository.commit("an actor", { "acts.yaml": world.written(NAME) });
  application = new Application(argoCd, `${namespace}-actions`, namespace);
  application.create(repository, argoCd.plugins.released, undoing.add);
  await application.reaches("Synced", "Healthy", 120_000);
});
afterAll(async () => await undoing.all());

test("every action is run here", () => {
  expect(EXAMPLES.map(({ action }) => action).toSorted()).toEqual(Object.keys(ACTIONS).toSorted());
});

test.each(EXAMPLES)("$action: $effect", async ({ action, parameters, effect, look, wanted }) => {
  await until(
    `${action} is offered`,
    () => application.offered(NAME),
    (offered) => offered.includes(action),
  );
  await application.run(action, NAME, parameters);
  await until(effect, look, wanted, 120_000);
  tell(`${action}: ${effect}`);
});

test("self-heal leaves what an action has set alone, and the Application stays Synced", async () => {
  await application.run("pause", NAME);
  await until(
    "Argo CD shows it",
    () => application.health("AsyncActor", NAME),
    (health) => health?.status === "Suspended",
  );
  expect(await application.offered(NAME)).not.toContain("pause");
  expect(await application.offered(NAME)).toContain("resume");
  await application.refresh("hard");
  await application.reaches("Synced", "Suspended");
  await unchanged("the annotations", async () => (await world.actor(NAME)).metadata.annotations, 10_000);
});
