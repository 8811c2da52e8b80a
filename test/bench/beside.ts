import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freshBundle, PLUGIN } from "../../scripts/build.ts";
import { archiveOf } from "../hostile/archives.ts";
import { startServerProcess } from "../hostile/server-process.ts";
import { TOOLS } from "../hostile/tools-cases.ts";
import { readText } from "../requests.ts";
import { median } from "./statistics.ts";

const ACTORS = 50;
const ROUNDS = 9;
/** Hostile generates, one after another, that all rounds beside them take. */
const ATTACKS = 5;
const HOSTILE = "a route of fifty thousand steps, none of them allowed";

export interface BesideFigures {
  face: "process" | "native server";
  aloneMs: number;
  besideMs: number;
  besideWorstMs: number;
}

type Files = readonly { name: string; text: string }[];

/** A generate of 50 actors alone, and while a hostile repository is generated again and again; never from memory. */
export async function measureBeside(): Promise<BesideFigures[]> {
  return [await besideProcess(), await besideServer()];
}

async function besideProcess(): Promise<BesideFigures> {
  const bundle = await freshBundle(PLUGIN);
  const root = await mkdtemp(join(tmpdir(), "asya-bench-"));
  try {
    await writeFiles(join(root, "good"), goodFiles());
    await writeFiles(join(root, "hostile"), hostileFiles());
    return {
      face: "process",
      ...(await figures(
        () => generate(bundle, join(root, "good")),
        () => generate(bundle, join(root, "hostile")),
      )),
    };
  } finally {
    await rm(root, { recursive: true });
  }
}

async function besideServer(): Promise<BesideFigures> {
  const server = await startServerProcess();
  try {
    let call = 0;
    const sender = async (files: Files) => {
      const archive = await archiveOf(files.map(({ name, text }) => ({ header: { name }, text })));
      return async () => {
        // Another namespace is another question: nothing is answered from memory.
        const env = { ARGOCD_APP_NAMESPACE: `n${call++}` };
        const startedAt = performance.now();
        await server.client.generate(archive, { env }).catch(() => undefined);
        return performance.now() - startedAt;
      };
    };
    const [good, hostile] = [await sender(goodFiles()), await sender(hostileFiles())];
    return { face: "native server", ...(await figures(good, hostile)) };
  } finally {
    await server.stop();
  }
}

async function figures(good: () => Promise<number>, hostile: () => Promise<number>) {
  await good();
  const alone: number[] = [];
  for (let round = 0; round < ROUNDS; round++) alone.push(await good());
  const attacks: number[] = [];
  const enough = new AbortController();
  const attack = (async () => {
    while (!enough.signal.aborted) attacks.push(await hostile());
  })();
  const beside: number[] = [];
  while (attacks.length < ATTACKS || beside.length < ROUNDS) beside.push(await good());
  enough.abort();
  await attack;
  return { aloneMs: median(alone), besideMs: median(beside), besideWorstMs: Math.max(...beside) };
}

function goodFiles(): Files {
  const actor = readText("examples/quickstart/caption-image.yaml");
  return Array.from({ length: ACTORS }, (_, i) => ({
    name: `actor-${i}.yaml`,
    text: actor.replace("name: caption-image", `name: actor-${i}`),
  }));
}

function hostileFiles(): Files {
  return Object.entries(TOOLS[HOSTILE]?.files ?? {}).map(([name, text]) => {
    if (typeof text !== "string") throw new Error(`${HOSTILE}: ${name} is no text`);
    return { name, text };
  });
}

async function writeFiles(folder: string, files: Files): Promise<void> {
  await mkdir(folder);
  for (const { name, text } of files) await writeFile(join(folder, name), text);
}

async function generate(bundle: string, folder: string): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [bundle, "generate", folder], { stdio: "ignore" });
  await once(child, "close");
  return performance.now() - startedAt;
}
