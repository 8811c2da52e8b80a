import { spawnSync } from "node:child_process";
import { copyFile, mkdtemp, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CLI, freshBundle, FUNCTION, PLUGIN, SIDECAR } from "./build.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "asya-bundles-"));
});
afterAll(() => rm(folder, { recursive: true }));

test.each([FUNCTION, PLUGIN, SIDECAR, CLI])(
  "the bundle of $entry is one file that starts in a folder without packages",
  async (program) => {
    const file = join(folder, `${program.name}.mjs`);
    await copyFile(await freshBundle(program), file);
    const result = spawnSync(process.execPath, [file, "--help"], {
      cwd: folder,
      encoding: "utf8",
      timeout: 10_000,
    });
    expect(result.stderr).toBe("");
    expect(result.stdout).toMatch(/^usage: /i);
    expect(result.status).toBe(0);
  },
);

test("a bundle is made again only when one of its sources changed", async () => {
  const source = join(folder, "source.ts");
  await writeFile(source, 'console.log("one");');
  await utimes(source, new Date(), new Date(Date.now() - 1_000));
  const program = { name: "build-test", entry: source };
  const output = async () =>
    spawnSync(process.execPath, [await freshBundle(program)], { encoding: "utf8" }).stdout;
  const made = async () => (await stat(await freshBundle(program))).mtimeMs;
  expect(await output()).toBe("one\n");
  const first = await made();
  expect(await made()).toBe(first);

  await writeFile(source, 'console.log("two");');
  await utimes(source, new Date(), new Date(Date.now() + 1_000));
  expect(await output()).toBe("two\n");
});
