import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { freshBundle, PLUGIN } from "../../scripts/build.ts";
import { readText } from "../requests.ts";
import { interleave, median } from "./statistics.ts";

const ROUNDS = 7;
const SIZES = [10, 100, 1_000];

export interface PluginFigures {
  actors: number;
  emptyMs: number;
  pluginMs: number;
}

/** Whole processes, start to exit: the plugin over a folder of actors, one file each, against `node -e 0`. */
export async function measurePlugin(): Promise<PluginFigures[]> {
  const bundle = await freshBundle(PLUGIN);
  const root = await mkdtemp(join(tmpdir(), "asya-bench-"));
  try {
    const figures: PluginFigures[] = [];
    for (const actors of SIZES) {
      const folder = join(root, String(actors));
      await writeActors(folder, actors);
      const plugin = () => runMs([bundle, "generate"], folder);
      const empty = () => runMs(["-e", "0"], folder);
      await interleave(1, { plugin, empty });
      const runs = await interleave(ROUNDS, { plugin, empty });
      figures.push({ actors, emptyMs: median(runs.empty), pluginMs: median(runs.plugin) });
    }
    return figures;
  } finally {
    await rm(root, { recursive: true });
  }
}

async function writeActors(folder: string, count: number): Promise<void> {
  const actor = parseDocument(readText("examples/quickstart/caption-image.yaml"));
  await mkdir(folder);
  for (let index = 0; index < count; index++) {
    actor.setIn(["metadata", "name"], `actor-${index}`);
    await writeFile(join(folder, `actor-${index}.yaml`), actor.toString());
  }
}

async function runMs(args: readonly string[], cwd: string): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let errors = "";
  child.stdout.resume();
  child.stderr.on("data", (text: Buffer) => {
    errors += text.toString();
  });
  const [status] = (await once(child, "close")) as [number | null];
  if (status !== 0) throw new Error(`node ${args.join(" ")} in ${cwd} ended with ${status}: ${errors}`);
  return performance.now() - startedAt;
}
