import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { CLI } from "../../../scripts/build.ts";
import { makeImage } from "../images.ts";
import { at } from "../kubernetes.ts";
import { tell } from "../story.ts";
import { until } from "../until.ts";
import { World } from "../world.ts";

const EXAMPLE = resolve(import.meta.dirname, "../../../examples/drain-hook/drain-hook.yaml");
const NAME = "hooked";
let world: World;
beforeAll(async () => void (world = await World.open()));
afterAll(async () => {
  await world.remove(NAME);
  await world.close();
});

test("examples/drain-hook: its Job empties the queues with no more rights than its role gives", async () => {
  const { shared } = inject("run").place;
  if (shared === undefined) throw new Error("images are made only beside ../shared/cluster");
  const image = await makeImage(shared, CLI);
  world.commit(NAME, { spec: { scaling: { enabled: true, cooldownPeriod: 10 } } });
  world.kubernetes.kubectl(["label", "asyncactor", NAME, "team=shop"]);
  await world.reaches(NAME, "Napping", 120_000);
  world.annotate(NAME, { "asya.sh/paused": "true" });
  await until("it is paused", paused, (is) => is === "true");
  await world.mail.send([NAME], 3);
  const hook = readFileSync(EXAMPLE, "utf8")
    .replaceAll(/\bnamespace: shop$/gm, `namespace: ${world.kubernetes.namespace}`)
    .replace("--namespace, shop,", `--namespace, ${world.kubernetes.namespace},`)
    .replace(/image: \S+/, `image: ${image}`);
  world.kubernetes.apply(parseAllDocuments(hook).map((document) => document.toJS() as object));
  const job = await until("the Job has ended", jobStatus, ended, 180_000);
  const log = world.kubernetes.kubectl(["logs", "job/asya-drain"]);
  tell(log.trim());
  expect(at(job, "succeeded")).toBe(1);
  expect(log).toContain(`${NAME}: 0 messages left`);
  await world.mail.allEnd(10_000);
});

async function paused(): Promise<unknown> {
  return (await world.kubernetes.get("scaledobjects", NAME)).metadata.annotations?.[
    "autoscaling.keda.sh/paused"
  ];
}

function jobStatus(): Promise<unknown> {
  const job: unknown = JSON.parse(world.kubernetes.kubectl(["get", "job", "asya-drain", "-o", "json"]));
  return Promise.resolve(at(job, "status"));
}

function ended(status: unknown): boolean {
  return at(status, "succeeded") !== undefined || at(status, "failed") !== undefined;
}
