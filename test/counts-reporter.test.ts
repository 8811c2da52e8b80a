import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const CONFIG = `
import { CountsReporter } from "../../test/counts-reporter.ts";
export default { test: { include: ["*.case.ts"], reporters: ["default", new CountsReporter()] } };`;
const HEAD = 'import { expect, test } from "vitest";\n';

let folder: string | undefined;
afterEach(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

function runVitest(files: Record<string, string>) {
  mkdirSync(join(ROOT, "build"), { recursive: true });
  folder = mkdtempSync(join(ROOT, "build", "counts-"));
  for (const [name, text] of Object.entries({ "vitest.config.ts": CONFIG, ...files })) {
    writeFileSync(join(folder, name), text);
  }
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  return spawnSync(process.execPath, [vitest, "run", "--root", folder], { encoding: "utf8" });
}

test("the last line says how many tests passed, failed and were skipped, and a file that does not load failed", () => {
  const result = runVitest({
    "a.case.ts": `${HEAD}test("a", () => {}); test("b", () => {}); test.skip("c", () => {});`,
    "b.case.ts": `${HEAD}test("a", () => expect(1).toBe(2)); test.todo("b");`,
    "c.case.ts": 'throw new Error("does not load");',
  });
  expect(result.stdout).toMatch(/\n2 passed, 2 failed, 2 skipped\n$/);
  expect(result.status).toBe(1);
});

test("an error outside any test is a failure", () => {
  const stray = 'void Promise.reject(new Error("stray"));';
  const result = runVitest({ "a.case.ts": `${HEAD}test("a", () => { ${stray} });` });
  expect(result.stdout).toMatch(/\n1 passed, 1 failed, 0 skipped\n$/);
  expect(result.status).toBe(1);
});

test("a run without tests is a failure", () => {
  const result = runVitest({});
  expect(result.stdout).toMatch(/\n0 passed, 1 failed, 0 skipped\n$/);
  expect(result.status).toBe(1);
});

test("when all is well nothing failed", () => {
  const result = runVitest({ "a.case.ts": `${HEAD}test("a", () => {});` });
  expect(result.stdout).toMatch(/\n1 passed, 0 failed, 0 skipped\n$/);
  expect(result.status).toBe(0);
});
