import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freshBundle, PLUGIN } from "../../scripts/build.ts";
import { findProgram } from "../real-program.ts";
import { actorText, writeActors } from "./actors.ts";
import { interleave, median } from "./statistics.ts";

const ROUNDS = 7;
const SIZES = [1, 50, 1_000];

export interface PluginFigures {
  actors: number;
  emptyMs: number;
  pluginMs: number;
  /** With Node's compile cache, as in the plugin's image. */
  imageMs: number;
  /** `kustomize build` of as many plain Deployments; undefined where there is no kustomize. */
  kustomizeMs: number | undefined;
}

/** Whole processes, start to exit: the plugin over a folder of actors, one file each, against `node -e 0` and kustomize. */
export async function measurePlugin(): Promise<PluginFigures[]> {
  const bundle = await freshBundle(PLUGIN);
  const kustomize = findProgram("kustomize");
  const root = await mkdtemp(join(tmpdir(), "asya-bench-"));
  try {
    const figures: PluginFigures[] = [];
    for (const actors of SIZES) {
      const folder = join(root, `actors-${actors}`);
      await writeActors(folder, actors);
      const deployments = join(root, `deployments-${actors}`);
      await writeDeployments(deployments, actors);
      const subjects = {
        empty: () => runMs(process.execPath, ["-e", "0"], folder),
        plugin: () => runMs(process.execPath, [bundle, "generate"], folder),
        image: () =>
          runMs(process.execPath, [bundle, "generate"], folder, {
            NODE_COMPILE_CACHE: join(root, "compile-cache"),
          }),
        kustomize: () =>
          kustomize === undefined ? Promise.resolve(NaN) : runMs(kustomize, ["build"], deployments),
      };
      await interleave(1, subjects);
      const runs = await interleave(ROUNDS, subjects);
      figures.push({
        actors,
        emptyMs: median(runs.empty),
        pluginMs: median(runs.plugin),
        imageMs: median(runs.image),
        kustomizeMs: kustomize === undefined ? undefined : median(runs.kustomize),
      });
    }
    return figures;
  } finally {
    await rm(root, { recursive: true });
  }
}

/** What the actors' pods alone would be. */
async function writeDeployments(folder: string, count: number): Promise<void> {
  await mkdir(folder);
  const { spec } = JSON.parse(JSON.stringify(actorText(0).toJS())) as {
    spec: { workload: { template: { spec: object } } };
  };
  const resources = Array.from({ length: count }, (_, index) => `deployment-${index}.yaml`);
  for (const [index, file] of resources.entries()) {
    const labels = { app: `deployment-${index}` };
    const deployment = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: `deployment-${index}`, namespace: "quickstart" },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: spec.workload.template.spec },
      },
    };
    await writeFile(join(folder, file), JSON.stringify(deployment, undefined, 2));
  }
  await writeFile(join(folder, "kustomization.yaml"), JSON.stringify({ kind: "Kustomization", resources }));
}

/** From start to exit. @throws {Error} where it does not end with 0. */
export async function runMs(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stdout.resume();
  child.stderr.on("data", (text: Buffer) => {
    errors += text.toString();
  });
  const [status] = (await once(child, "close")) as [number | null];
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} in ${cwd} ended with ${status}: ${errors}`);
  return performance.now() - startedAt;
}
