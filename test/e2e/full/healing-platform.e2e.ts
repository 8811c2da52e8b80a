import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { tell } from "../story.ts";
import { until } from "../until.ts";
import { World } from "../world.ts";
import { Pair } from "../pair.ts";

interface Settings {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels: Record<string, string> };
  data: Record<string, unknown>;
}

const { platform } = inject("run");
const NEWBORN = "newborn";
const MISSING = "there is no EnvironmentConfig/asya-platform - commit the platform's settings";
let world: World;
let pair: Pair;
let before: object;
let settings: Settings;
beforeAll(async () => {
  world = await World.open();
  settings = settingsNow();
  pair = await Pair.at(world, "settled");
  before = await pair.whatRuns();
});
afterAll(async () => {
  world.kubernetes.apply([settings]);
  await world.remove(NEWBORN);
  await pair.remove();
  await world.close();
});

test("without the platform's settings the conditions name what is missing, and what runs works on", async () => {
  world.kubernetes.kubectl(["delete", "environmentconfig", platform]);
  pair.edit(20);
  const synced = await world.says(pair.steady, "Synced", "False", 120_000);
  tell(`Synced says: ${String(synced["message"])}`);
  expect(synced["message"]).toContain(MISSING);
  const transport = await world.says(pair.steady, "TransportReady", "False");
  tell(`TransportReady says: ${String(transport["message"])}`);
  expect(transport).toMatchObject({ reason: "PlatformError" });
  expect(transport["message"]).toContain(MISSING);
  expect(await pair.whatRuns()).toEqual(before);
});

test("an actor committed without settings is born when there are some, and says so until then", async () => {
  world.commit(NEWBORN);
  const transport = await world.says(NEWBORN, "TransportReady", "False", 120_000);
  expect(transport["message"]).toContain(MISSING);
  expect(await world.kubernetes.find("deployments", NEWBORN)).toBeUndefined();
});

test("a misspelled setting is named with its path, and what runs works on", async () => {
  const { sidecar, ...others } = settings.data;
  const misspelled = { ...settings, data: { ...others, sidecar: { ...(sidecar as object), imagee: "x" } } };
  world.kubernetes.apply([misspelled]);
  pair.edit(21);
  const message = await until(
    "the path is named",
    async () => String((await world.says(pair.steady, "Synced", "False"))["message"]),
    (text) => text.includes("data.sidecar.imagee"),
    150_000,
  );
  tell(`Synced says: ${message}`);
  expect(await pair.whatRuns()).toEqual(before);
  await pair.work();
  tell("both have handled a message under wrong settings");
  expect(await pair.whatRuns()).toEqual(before);
});

test(
  "put right, all heal by themselves: the edit arrives and the new actor is born",
  { timeout: 300_000 },
  async () => {
    world.kubernetes.apply([settings]);
    await until(
      "the edit is there",
      () => pair.timeout(),
      (timeout) => timeout === "21s",
      150_000,
    );
    await world.says(pair.steady, "Synced", "True");
    await world.says(pair.steady, "TransportReady", "True");
    await world.reaches(NEWBORN, "Napping", 150_000);
  },
);

/** As somebody committed it. */
function settingsNow(): Settings {
  const text = world.kubernetes.kubectl(["get", "environmentconfig", platform, "-o", "json"]);
  const { apiVersion, kind, metadata, data } = JSON.parse(text) as Settings;
  return { apiVersion, kind, metadata: { name: metadata.name, labels: metadata.labels }, data };
}
