import { readdirSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { composeOffline } from "../../cli/crossplane.ts";
import { renderableFolder } from "../../cli/folder.ts";
import type { runFunction } from "../../functions/asyncactor/run-function.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const examples = readdirSync(join(ROOT, "examples")).filter(
  (name) => name !== "mistakes" && !name.includes("."),
);

type Run = typeof runFunction;
let folder: string;
let today: Run;
let next: Run;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "asya-builds-"));
  [today, next] = await Promise.all([bundled("0.1.0", false), bundled("9.9.9-next", true)]);
});
afterAll(() => rm(folder, { recursive: true }));

test("two builds of the function are two programs", async () => {
  const texts = ["0.1.0", "9.9.9-next"].map((version) => readFile(file(version)));
  const [first, second] = await Promise.all(texts);
  expect(first?.equals(second ?? Buffer.of())).toBe(false);
});

test.each(examples)(
  "another build of the function answers for examples/%s byte for byte the same",
  async (name) => {
    const { actors, objects } = await renderableFolder(join(ROOT, "examples", name));
    expect(actors.length).toBeGreaterThan(0);
    for (const actor of actors) {
      const answers = [today, next].map((run) =>
        composeOffline(async (request) => run(request), actor, objects),
      );
      const [before, after] = await Promise.all(answers);
      expect(Object.keys(before?.desired?.resources ?? {})).not.toEqual([]);
      expect(JSON.stringify(after)).toBe(JSON.stringify(before));
    }
  },
);

/** As a release would be built: with another version, and other names inside. */
async function bundled(version: string, minifyIdentifiers: boolean): Promise<Run> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: ["functions/asyncactor/run-function.ts"],
    outfile: file(version),
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    minifyIdentifiers,
    define: { "process.env.npm_package_version": JSON.stringify(version) },
    banner: {
      js: `/* ${version} */import{createRequire}from"node:module";const require=createRequire(import.meta.url);`,
    },
    plugins: [
      {
        name: "version",
        setup: (building) =>
          building.onLoad(
            { filter: new RegExp(`^${RegExp.escape(join(ROOT, "package.json"))}$`) },
            async ({ path }) => ({
              contents: JSON.stringify({ ...(JSON.parse(await readFile(path, "utf8")) as object), version }),
              loader: "json",
            }),
          ),
      },
    ],
  });
  return ((await import(pathToFileURL(file(version)).href)) as { runFunction: Run }).runFunction;
}

function file(version: string): string {
  return join(folder, `${version}.mjs`);
}
