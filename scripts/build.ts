/** Bundles each program into one file under build/ that needs no node_modules: node scripts/build.ts [NAME ...] */
import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type BuildOptions } from "esbuild";

const ROOT = resolve(import.meta.dirname, "..");
const BUILD = join(ROOT, "build");

export interface Program {
  name: string;
  entry: string;
  /** The bundle, relative to the repository. */
  file: string;
  format: "cjs" | "esm";
}

export const PROGRAMS: readonly Program[] = [
  // n.b. an ESM bundle of the function SDK 0.7.0 dies at its start: Dynamic require of "process" is not supported.
  { name: "function", entry: "functions/asyncactor/main.ts", file: "build/function.cjs", format: "cjs" },
  { name: "plugin", entry: "argocd-plugin/main.ts", file: "build/plugin.mjs", format: "esm" },
  { name: "cli", entry: "cli/main.ts", file: "build/asya.cjs", format: "cjs" },
];

/** Bundles what is missing or older than its sources; returns the names of what was built. */
export async function buildStale(programs: readonly Program[] = PROGRAMS): Promise<string[]> {
  const stale = programs.filter((program) => existsSync(join(ROOT, program.entry)) && isStale(program));
  for (const program of stale) await bundle(program);
  return stale.map((program) => program.name);
}

export async function bundle(program: Program): Promise<void> {
  await mkdir(BUILD, { recursive: true });
  const startedAt = Date.now();
  const partial = join(BUILD, `.${program.name}-${process.pid}`);
  const result = await build({ ...optionsOf(program), outfile: join(partial, "out"), metafile: true });
  const inputs = Object.keys(result.metafile.inputs).sort();
  // The list comes last: a bundle without one is stale.
  await rename(join(partial, "out"), join(ROOT, program.file));
  await writeFile(join(partial, "inputs"), JSON.stringify({ startedAt, inputs }));
  await rename(join(partial, "inputs"), inputsFile(program));
  await rm(partial, { recursive: true, force: true });
}

function optionsOf(program: Program): BuildOptions {
  return {
    absWorkingDir: ROOT,
    entryPoints: [program.entry],
    bundle: true,
    platform: "node",
    target: "node24",
    format: program.format,
    minify: true,
    keepNames: true,
    legalComments: "none",
    loader: { ".yaml": "text", ".py": "text" },
    define: { "import.meta.dirname": "__dirname", "import.meta.filename": "__filename" },
    logLevel: "warning",
  };
}

function isStale(program: Program): boolean {
  const recorded = readInputs(program);
  if (recorded === undefined || !existsSync(join(ROOT, program.file))) return true;
  // n.b. npm gives package files their archive's dates, so only the lockfile tells of a new version.
  const watched = [...recorded.inputs, "package-lock.json", "scripts/build.ts"];
  return watched.some((path) => {
    const stats = statSync(join(ROOT, path), { throwIfNoEntry: false });
    return stats === undefined || stats.mtimeMs > recorded.startedAt;
  });
}

function readInputs(program: Program): { startedAt: number; inputs: string[] } | undefined {
  try {
    return JSON.parse(readFileSync(inputsFile(program), "utf8")) as { startedAt: number; inputs: string[] };
  } catch {
    return undefined;
  }
}

function inputsFile(program: Program): string {
  return join(BUILD, `${program.name}.inputs.json`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const names = process.argv.slice(2);
  for (const program of PROGRAMS.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const startedAt = performance.now();
    await bundle(program);
    const kilobytes = Math.round(statSync(join(ROOT, program.file)).size / 1_000);
    console.log(`${program.file}  ${kilobytes} kB, ${Math.round(performance.now() - startedAt)} ms`);
  }
}
