import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { POD_STATES } from "../../../core/pod-state.ts";
import type { ActorOptions } from "../actors.ts";
import { POD_EXAMPLES } from "../full/states-pods.ts";
import { Platform } from "../platform.ts";
import { tell } from "../story.ts";
import { Undoing } from "../undoing.ts";
import { until } from "../until.ts";
import { World } from "../world.ts";
import { Application, type Health } from "./application.ts";
import { ArgoCd } from "./argo-cd.ts";
import { Repository } from "./repository.ts";

interface Example {
  name: string;
  actor: ActorOptions;
  status: string;
  message: RegExp;
  /** Of the tree; default AsyncActor. */
  kind?: string;
}

const MANUAL = { scaling: {} };
const PODS = POD_STATES.map((state): Example => {
  const [{ name, actor, message }] = POD_EXAMPLES[state];
  const status = state === "PendingResources" ? "Progressing" : "Degraded";
  return { name, actor, status, message: new RegExp(`^${state}: .*${message.source}`) };
});
const EXAMPLES: readonly Example[] = [
  { name: "sleeps", actor: {}, status: "Healthy", message: /^Napping: / },
  { name: "sleeps", actor: {}, kind: "ScaledObject", status: "Healthy", message: /^idle$/ },
  { name: "sleeps", actor: {}, kind: "Deployment", status: "Healthy", message: /^$/ },
  { name: "runs", actor: { spec: MANUAL }, status: "Healthy", message: /^Running: / },
  {
    name: "stopped",
    actor: { annotations: { "crossplane.io/paused": "true" } },
    status: "Suspended",
    message: /crossplane\.io\/paused/,
  },
  {
    name: "rests",
    actor: { spec: { scaling: { enabled: true, paused: true } } },
    status: "Suspended",
    message: /^paused; messages wait/,
  },
  { name: "rests", actor: {}, kind: "ScaledObject", status: "Suspended", message: /./ },
  { name: "occupied", actor: {}, status: "Degraded", message: /^ASYA-E044 .*exists and is not this actor's/ },
  ...PODS,
];
const undoing = new Undoing();
let world: World;
let application: Application;
let platform: Platform;
let flavor: string;

beforeAll(async () => {
  const { namespace, place, platform: settings } = inject("run");
  if (place.shared === undefined) throw new Error("Argo CD runs only beside ../shared/cluster");
  world = await World.open();
  undoing.add("the connection to the cluster", () => world.close());
  const repository = new Repository();
  undoing.add("the Git repository", () => repository.remove());
  world.kubernetes.kubectl(["create", "deployment", "occupied", "--image=localhost/base:1", "--replicas=0"]);
  undoing.add("Deployment occupied", () =>
    world.kubernetes.kubectl(["delete", "deployment", "occupied", "--ignore-not-found", "--wait"]),
  );
  platform = new Platform(world.kubernetes, settings);
  flavor = `${namespace}-flavor`;
  platform.commitFlavor(flavor, { timeout: { processing: 9 } });
  undoing.add(`flavor ${flavor}`, () => platform.removeFlavor(flavor));
  const argoCd = await ArgoCd.start(place.shared, undoing.add);
  const actors = EXAMPLES.filter(({ kind }) => kind === undefined).map(({ name, actor }) => [
    `${name}.yaml`,
    world.written(name, actor),
  ]);
  const flavored = world.written("flavored", { spec: { ...MANUAL, flavors: [flavor] } });
  repository.commit("an actor in each state", {
    ...(Object.fromEntries(actors) as Record<string, object>),
    "flavored.yaml": flavored,
  });
  application = new Application(argoCd, `${namespace}-health`, namespace);
  application.create(repository, argoCd.plugins.released, undoing.add);
});
afterAll(async () => await undoing.all());

test.each(EXAMPLES.map((example) => ({ ...example, of: example.kind ?? "AsyncActor" })))(
  "$of $name is $status",
  async ({ of, name, status, message }) => {
    const seen = await judged(of, name, (health) => health.status === status && message.test(health.message));
    tell(`${of} ${name} is ${seen.status}: ${seen.message}`);
  },
);

test("an actor that ran and is refused now is Degraded with our finding first, although its status still says Running", async () => {
  await judged("AsyncActor", "flavored", ({ status }) => status === "Healthy");
  platform.removeFlavor(flavor);
  const seen = await judged("AsyncActor", "flavored", ({ status }) => status === "Degraded");
  expect(seen.message).toMatch(/^ASYA-E\d{3} spec\.flavors\[0\]: /);
  expect((await world.actor("flavored")).status?.["status"]).toBe("Running");
  tell(`flavored is refused: ${seen.message}`);
});

async function judged(kind: string, name: string, isWanted: (health: Health) => boolean): Promise<Health> {
  const seen = await until(
    `Argo CD's health of ${kind} ${name}`,
    () => application.health(kind, name),
    (health) => health !== undefined && isWanted(health),
    120_000,
  );
  if (seen === undefined) throw new Error(`${kind} ${name} has no health`);
  return seen;
}
