import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { at } from "../kubernetes.ts";
import { tell } from "../story.ts";
import { until } from "../until.ts";
import { World } from "../world.ts";

const MAIN = fileURLToPath(new URL("../../../cli/main.ts", import.meta.url));
const NAME = "drained";
const UNSCALED = "uncounted";
const QUEUE = `asya-${NAME}`;
let world: World;
beforeAll(async () => void (world = await World.open()));
afterAll(async () => {
  await world.remove(NAME);
  await world.close();
});

test("redrive: dead letters come back once per time value, are handled, and the pods stay the same", async () => {
  world.commit(NAME, { spec: { scaling: { enabled: true, cooldownPeriod: 10 } } });
  await world.reaches(NAME, "Napping", 120_000);
  const transport = await world.broker.connect(NAME);
  const ids = ["buried-1", "buried-2", "buried-3"];
  for (const id of ids) await transport.sendToDeadLetters(buried(id));
  await transport.close();
  const before = await template();
  world.annotate(NAME, { "asya.sh/redrive": new Date().toISOString() });
  const live = await until(
    "the redrive is told",
    () => world.actor(NAME),
    (actor) => ["Succeeded", "Failed"].includes(String(at(actor, "status", "redrive", "state"))),
  );
  tell(`status.redrive says: ${String(at(live, "status", "redrive", "message"))}`);
  expect(at(live, "status", "redrive", "state")).toBe("Succeeded");
  await world.mail.arrive(ids, 120_000);
  expect(await world.broker.depth(`${QUEUE}-dlq`)).toBe(0);
  expect(await template()).toEqual(before);
});

test("asya redrive waits for the end, also where no dead letters are left", async () => {
  const { code, output } = await asya("redrive", NAME);
  tell(output.trim());
  expect(output).toContain("Succeeded: ");
  expect(code).toBe(0);
});

test("asya drain: an actor that is paused at zero empties its queue all the same, and says so", async () => {
  await world.reaches(NAME, "Napping", 180_000);
  tell("it is at zero again");
  world.annotate(NAME, { "asya.sh/paused": "true" });
  await until("it is paused", paused, (is) => is === "true");
  await world.mail.send([NAME], 10);
  await until(
    "messages wait",
    () => world.broker.depth(QUEUE),
    (depth) => depth === 10,
  );
  expect(await world.replicas(NAME)).toBe(0);
  tell("10 messages wait, and scaling is paused");
  const { code, output } = await asya("drain", NAME, "--timeout", "3m");
  tell(output.trim());
  expect(output).toContain(`${NAME}: 10 messages left`);
  expect(code).toBe(0);
  await world.mail.allEnd(10_000);
  // n.b. The observer asks for the depth of an actor without pods once a minute.
  await until("its status says so", drainState, (state) => state === "Drained", 120_000);
  expect((await asya("drain", "--resume", NAME)).code).toBe(0);
  await until("it is paused again", paused, (is) => is === "true");
  world.annotate(NAME, { "asya.sh/paused": null });
}, 400_000);

test("asya drain: Ctrl-C, also twice, ends it at once with 130 and says how to go on; the actor stays in draining", async () => {
  const { code, output } = await asyaStopped("0 messages left", "drain", NAME);
  expect(output).toContain(`or take it back: asya drain --resume -n ${world.kubernetes.namespace} ${NAME}`);
  expect(code).toBe(130);
  expect((await world.actor(NAME)).metadata.annotations?.["asya.sh/drain"]).toBe("true");
  expect((await asya("drain", "--all", "--resume")).code).toBe(0);
  expect((await world.actor(NAME)).metadata.annotations?.["asya.sh/drain"]).toBeUndefined();
});

test("asya drain: a name that does not exist changes nothing", async () => {
  const { code, output } = await asya("drain", NAME, "nobody");
  expect(output).toContain("has no AsyncActor nobody: nothing was changed");
  expect(code).toBe(1);
  expect((await world.actor(NAME)).metadata.annotations?.["asya.sh/drain"]).toBeUndefined();
});

test("asya drain --selector: an actor without scaling is named as one that nobody counts, without a long wait", async () => {
  world.commit(UNSCALED, { spec: { scaling: { enabled: false } } });
  await world.reaches(UNSCALED, "Running", 120_000);
  world.kubernetes.kubectl(["label", "asyncactor", UNSCALED, "team=shop"]);
  const { code, output } = await asya("drain", "--selector", "team=shop", "--timeout", "10m");
  tell(output.trim());
  expect(output).toContain(`${UNSCALED}: nobody counts its messages, as it has no ScaledObject`);
  expect(output).not.toContain(`${NAME}:`);
  expect(code).toBe(1);
  await world.remove(UNSCALED);
}, 300_000);

async function asya(...args: string[]) {
  return await asyaStopped(undefined, ...args);
}

/** The command line's process in the run's namespace, stopped at a word; `output` is both of its streams. */
async function asyaStopped(
  at: string | undefined,
  ...args: string[]
): Promise<{ code: number | null; output: string }> {
  const all = [MAIN, ...args, "--namespace", world.kubernetes.namespace];
  const child = spawn(process.execPath, all, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      output += String(chunk);
      if (at !== undefined && output.includes(at)) child.kill("SIGINT");
    });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, output };
}

async function template(): Promise<unknown> {
  return at(await world.kubernetes.get("deployments", NAME), "spec", "template");
}

async function paused(): Promise<unknown> {
  return (await world.kubernetes.get("scaledobjects", NAME)).metadata.annotations?.[
    "autoscaling.keda.sh/paused"
  ];
}

async function drainState(): Promise<unknown> {
  return at(await world.actor(NAME), "status", "drain", "state");
}

function buried(id: string): Uint8Array {
  const headers = { "asya-attempt": "3", "asya-last-error": "it was broken" };
  return Buffer.from(JSON.stringify({ id, route: { actors: [NAME], current: 0 }, headers, payload: {} }));
}
