import { afterAll, beforeAll, expect, test } from "vitest";
import { formatFinding } from "../../../core/finding.ts";
import { checkActor } from "../../../functions/asyncactor/compose/check.ts";
import { actor } from "../actors.ts";
import { condition, type Live } from "../kubernetes.ts";
import { tell } from "../story.ts";
import { unchanged, until } from "../until.ts";
import { World } from "../world.ts";
import { type Event, IN_FLIGHT, type InFlightCase, witnessed } from "./in-flight.ts";
import { Witness } from "./witness.ts";

const NAMES = IN_FLIGHT.map(({ name }) => name);
let world: World;
let witness: Witness;
const played = new Map<string, Promise<string[]>>();

beforeAll(async () => {
  world = await World.open();
  witness = await Witness.open(world.kubernetes);
  for (const row of IN_FLIGHT) world.commit(row.name, witnessed(row));
  for (const row of IN_FLIGHT) {
    const course = play(row);
    course.catch(() => {}); // n.b. its own test tells.
    played.set(row.name, course);
  }
});

afterAll(async () => {
  world.kubernetes.kubectl(["delete", "asyncactor", ...NAMES, "--wait", "--timeout=120s"]);
  await until(
    "their pods are gone",
    async () => (await Promise.all(NAMES.map((name) => world.pods(name)))).flat().length,
    (left) => left === 0,
    120_000,
  );
  witness.close();
  await world.close();
});

for (const row of IN_FLIGHT) {
  const { name, setting, event, work } = row;
  test(`${event}, ${setting}: the work is ${work}, as computed`, { timeout: 300_000 }, async () => {
    const again = (await played.get(name)) ?? [];
    const seen = again.length === 0 ? "finished" : "done again";
    tell(`${name} (${event}): ${seen}${again.length === 0 ? "" : `, begun again: ${again.join(", ")}`}`);
    expect({ seen, computed: computed(row) }).toEqual({ seen: work, computed: work });
  });
}

test("function and plugin say the same of each: W011 in the actor's condition, and nothing where work is safe", async () => {
  for (const row of IN_FLIGHT) {
    const live = await world.actor(row.name);
    const said = condition(live, "WorkloadReady")?.["message"] ?? "";
    const expected = findings(row, live.metadata.annotations).join("; ");
    expect({ name: row.name, said }).toEqual({ name: row.name, said: expected });
  }
});

/** From messages in work over the event to their arrival. @returns those that were begun more than once. */
async function play(row: InFlightCase): Promise<string[]> {
  const { name, messages = 1, event, goesOnSeconds } = row;
  await world.says(name, "TransportReady", "True", 120_000);
  if (event !== "scale to zero" && event !== "cooldown") await firstReady(name);
  const ids = await world.mail.send([name], messages, { witness: witness.url });
  const [first] = await witness.allBegun(ids);
  await EVENTS[event](name, first?.pod ?? "", ids);
  if (event !== "cooldown") {
    const stopped = await stoppedPod(name, ids);
    tell(`${name} (${event}): ${stopped} is told to stop while it works`);
    const since = Date.now();
    await until(
      `${name} has worked on for ${goesOnSeconds} s`,
      () => Promise.resolve(Date.now() - since),
      (passed) => passed >= goesOnSeconds * 1_000,
    );
  }
  await witness.letEnd(ids);
  await world.mail.arrive(ids, 120_000);
  const begun = (await witness.begins(ids)).map(({ id }) => id);
  return ids.filter((id) => begun.indexOf(id) !== begun.lastIndexOf(id));
}

/** n.b. A pod on its way is not ready to take a second message. */
async function firstReady(name: string): Promise<void> {
  const isReady = (pod: Live) => condition(pod, "Ready")?.["status"] === "True";
  await until(
    `a pod of ${name} is ready`,
    async () => (await world.pods(name)).some(isReady),
    (ready) => ready,
    120_000,
  );
}

const EVENTS: Record<Event, (name: string, pod: string, ids: readonly string[]) => unknown> = {
  rollout: (name) => world.annotate(name, { "asya.sh/restarted-at": new Date().toISOString() }),
  drain: (_, pod) => evict(pod),
  "EC2 spot": (_, pod) => deletePod(pod, 120),
  "GKE spot": (_, pod) => deletePod(pod, 15),
  "scale-down": (name) => world.annotate(name, { "asya.sh/scale-max": "1" }),
  "scale to zero": (_name, _pod, ids) => witness.letEnd(ids.slice(0, 1)),
  cooldown: (name) => unchanged("the number of replicas", () => world.replicas(name), 25_000),
};

function deletePod(pod: string, graceSeconds: number): void {
  world.kubernetes.kubectl(["delete", "pod", pod, `--grace-period=${graceSeconds}`, "--wait=false"]);
}

function evict(pod: string): void {
  const { kubernetes } = world;
  const eviction = {
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: { name: pod, namespace: kubernetes.namespace },
  };
  const path = `/api/v1/namespaces/${kubernetes.namespace}/pods/${pod}/eviction`;
  kubernetes.kubectl(["create", "--raw", path, "-f", "-"], JSON.stringify(eviction));
}

/** A pod that works on one of these messages, once it is told to stop. */
async function stoppedPod(name: string, ids: readonly string[]): Promise<string> {
  const busy = new Set((await witness.begins(ids)).map(({ pod }) => pod));
  const stopping = async () =>
    (await world.pods(name))
      .filter(({ metadata }) => metadata.deletionTimestamp !== undefined && busy.has(metadata.name))
      .map(({ metadata }) => metadata.name);
  const [first = ""] = await until(
    `a busy pod of ${name} is told to stop`,
    stopping,
    (pods) => pods.length > 0,
    120_000,
  );
  return first;
}

function computed(row: InFlightCase): string {
  return findings(row).length === 0 ? "finished" : "done again";
}

/** What the plugin prints for such an actor, also without knowing the platform. An annotation may stop the scaling. */
function findings(row: InFlightCase, annotations: Record<string, string> = {}): string[] {
  const object = actor(row.name, "python:3", { ...witnessed(row), annotations });
  return checkActor(object, { platform: undefined, flavors: {} })
    .filter(({ code }) => code === "W011")
    .map(formatFinding);
}
