/** Bundles each program into one file under build/ that needs no node_modules: node scripts/build.ts */
import { existsSync, readFileSync, statSync } from "node:fs";
import { copyFile, mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
const BUILD = join(ROOT, "build");

export interface Program {
  name: string;
  entry: string;
  /** Files that lie beside the bundle: where, and what is copied there. */
  beside?: Readonly<Record<string, string>>;
  /** A comment at the bundle's start. */
  mark?: string;
}

export const FUNCTION: Program = { name: "function", entry: "functions/asyncactor/main.ts" };
export const PLUGIN: Program = { name: "plugin", entry: "argocd-plugin/main.ts" };
export const PLUGIN_SERVER: Program = { name: "plugin-server", entry: "argocd-plugin/server/main.ts" };
export const KRM: Program = { name: "krm", entry: "functions/krm/main.ts" };
export const SIDECAR: Program = {
  name: "sidecar",
  entry: "sidecar/main.ts",
  beside: { "asya_runtime.py": "runtime/asya_runtime.py" },
};
export const OBSERVER: Program = { name: "observer", entry: "observer/main.ts" };
export const CLI: Program = {
  name: "asya",
  entry: "cli/main.ts",
  beside: {
    "asya_runtime.py": "runtime/asya_runtime.py",
    "crew/handlers/__init__.py": "crew/handlers/__init__.py",
    "crew/handlers/end_handlers.py": "crew/handlers/end_handlers.py",
  },
};

/** The bundle of a program, built first where it is missing or older than its sources. */
export async function freshBundle(program: Program): Promise<string> {
  if (isStale(program)) await bundle(program);
  return bundleFile(program);
}

async function bundle(program: Program): Promise<void> {
  await mkdir(BUILD, { recursive: true });
  // Only here: programs that import this file start faster, and their bundles do not need esbuild.
  const { build } = await import("esbuild");
  const startedAt = Date.now();
  const partial = join(BUILD, `.${program.name}-${process.pid}.mjs`);
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: [program.entry],
    outfile: partial,
    bundle: true,
    metafile: true,
    external: ["esbuild"],
    platform: "node",
    target: "node24",
    format: "esm",
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    logLevel: "warning",
    // n.b. without a `require`, an ESM bundle of the function SDK 0.7.0 dies at its start: Dynamic require of "process".
    banner: {
      js: `${program.mark === undefined ? "" : `/* ${program.mark} */`}import{createRequire}from"node:module";const require=createRequire(import.meta.url);`,
    },
  });
  for (const [place, source] of Object.entries(program.beside ?? {})) {
    await mkdir(dirname(join(BUILD, place)), { recursive: true });
    await copyFile(join(ROOT, source), join(BUILD, place));
  }
  const inputs = [...Object.keys(result.metafile.inputs), ...Object.values(program.beside ?? {})];
  const recorded: Recorded = { startedAt, inputs };
  await rename(partial, bundleFile(program));
  await writeFile(recordFile(program), JSON.stringify(recorded));
}

interface Recorded {
  startedAt: number;
  inputs: string[];
}

function isStale(program: Program): boolean {
  const recorded = readRecord(program);
  if (recorded === undefined || !existsSync(bundleFile(program))) return true;
  // n.b. npm gives package files their archive's dates, so only the lockfile tells of a new version.
  const watched = [...recorded.inputs, "package-lock.json", "scripts/build.ts"];
  return watched.some((path) => {
    const stats = statSync(join(ROOT, path), { throwIfNoEntry: false });
    return stats === undefined || stats.mtimeMs > recorded.startedAt;
  });
}

function readRecord(program: Program): Recorded | undefined {
  try {
    return JSON.parse(readFileSync(recordFile(program), "utf8")) as Recorded;
  } catch {
    return undefined;
  }
}

function bundleFile(program: Program): string {
  return join(BUILD, `${program.name}.mjs`);
}

function recordFile(program: Program): string {
  return join(BUILD, `${program.name}.inputs.json`);
}

if (import.meta.main) {
  for (const program of [FUNCTION, PLUGIN, PLUGIN_SERVER, KRM, SIDECAR, OBSERVER, CLI]) {
    const startedAt = performance.now();
    await bundle(program);
    const file = bundleFile(program);
    const kilobytes = Math.round(statSync(file).size / 1_000);
    console.log(`${relative(ROOT, file)}  ${kilobytes} kB, ${Math.round(performance.now() - startedAt)} ms`);
  }
}
