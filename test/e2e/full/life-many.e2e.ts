import { afterAll, beforeAll, expect, test } from "vitest";
import { condition, type Kind, type Live } from "../kubernetes.ts";
import { tell } from "../story.ts";
import { settled, unchanged, until } from "../until.ts";
import { World } from "../world.ts";
import { sharedFields } from "./writers.ts";

const NAMES = Array.from({ length: 20 }, (_, index) => `one-of-many-${index + 1}`);
const KINDS: readonly Kind[] = [
  "asyncactors",
  "deployments",
  "scaledobjects",
  "triggerauthentications",
  "horizontalpodautoscalers",
  "queues",
  "bindings",
];
let world: World;
beforeAll(async () => void (world = await World.open()));
afterAll(async () => {
  world.kubernetes.kubectl(["delete", "asyncactors", ...NAMES, "--wait", "--timeout=120s"]);
  await until(
    "no pod",
    () => pods(),
    (left) => left.length === 0,
    90_000,
  );
  await world.close();
});

test("twenty actors committed at once are all Ready and asleep", async () => {
  const from = Date.now();
  world.commitAll(NAMES);
  await until(
    "all are Ready",
    async () =>
      (await ours("asyncactors")).filter((actor) => !isReady(actor)).map(({ metadata }) => metadata.name),
    (notYet) => notYet.length === 0,
    120_000,
  );
  tell(`twenty actors are Ready after ${Math.round((Date.now() - from) / 1_000)} s`);
  for (const { status } of await ours("asyncactors")) expect(status?.["status"]).toBe("Napping");
});

test(
  "a message for each: all wake, each message ends once, all sleep again",
  { timeout: 360_000 },
  async () => {
    for (const name of NAMES) await world.mail.send([name], 1);
    await world.mail.allEnd(240_000);
    expect(world.mail.account()).toEqual({ happy: NAMES.length, failed: 0, dead: 0, missing: [] });
    expect(world.mail.repeated()).toEqual([]);
    await until(
      "all sleep",
      async () => (await ours("asyncactors")).filter(({ status }) => status?.["status"] !== "Napping").length,
      (awake) => awake === 0,
      120_000,
    );
    for (const { status } of await ours("asyncactors"))
      expect(status?.["message"]).toBe("scaled to zero; a message wakes it");
    tell("twenty messages have ended, and twenty actors sleep again");
  },
);

test(
  "at rest for five minutes no object of theirs gets a new resource version",
  { timeout: 480_000 },
  async () => {
    // n.b. What has changed but slightly the observer says after a minute.
    await settled("resource versions", versions, 75_000, 240_000);
    await unchanged("a resource version", versions, 300_000);
    tell("nothing moved for five minutes");
  },
);

test("no field of their objects has two writers", async () => {
  const objects = (await Promise.all(KINDS.map(ours))).flat();
  expect(objects.length).toBeGreaterThanOrEqual(NAMES.length * 7);
  expect(objects.flatMap(sharedFields)).toEqual([]);
});

async function ours(kind: Kind): Promise<Live[]> {
  const objects = await world.kubernetes.list(kind);
  return objects
    .map((object) => ({ ...object, kind: object.kind ?? kind }))
    .filter(({ metadata }) => metadata.name.includes("one-of-many-"));
}

async function pods(): Promise<Live[]> {
  return await ours("pods");
}

function isReady(actor: Live): boolean {
  return (
    condition(actor, "Ready")?.["status"] === "True" && condition(actor, "Synced")?.["status"] === "True"
  );
}

async function versions(): Promise<Record<string, string>> {
  const objects = (await Promise.all(KINDS.map(ours))).flat();
  return Object.fromEntries(
    objects.map(({ kind, metadata }) => [
      `${kind}/${metadata.name}`,
      // KEDA writes its ScaledObject's status, and the HPA's controller its own, when they please.
      ["scaledobjects", "horizontalpodautoscalers"].includes(kind)
        ? String(metadata.generation ?? metadata.uid)
        : metadata.resourceVersion,
    ]),
  );
}
