import { execFileSync } from "node:child_process";
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshBundle, PLUGIN } from "../../scripts/build.ts";

const EXAMPLES = resolve(import.meta.dirname, "../../examples");
const FOLDERS = ["quickstart", "gpu-inference", "crew"];

let bundle: string;
let folder: string;
beforeAll(async () => {
  bundle = await freshBundle(PLUGIN);
  folder = mkdtempSync(join(tmpdir(), "asya-hydrator-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A checkout with the same bytes, written in another order, at another time. */
function clone(name: string, order: (files: string[]) => string[], modified: Date): string {
  const root = join(folder, name);
  for (const file of order(globSync(`{${FOLDERS.join(",")}}/**/*.yaml`, { cwd: EXAMPLES }).toSorted())) {
    const path = join(root, "team", file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, readFileSync(join(EXAMPLES, file)));
    utimesSync(path, modified, modified);
  }
  return root;
}

function generate(cwd: string, path: string, env: Readonly<Record<string, string>>): string {
  return execFileSync(process.execPath, [bundle, "generate", path, "--output", "yaml"], {
    cwd,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], ARGOCD_APP_NAMESPACE: "pages", ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
}

test.each(FOLDERS)(
  "a hydrated branch of examples/%s changes only with its source: the same bytes from any clone, time zone, locale and place",
  (name) => {
    const first = clone("first", (files) => files, new Date(0));
    const second = clone("somewhere/else", (files) => files.toReversed(), new Date());
    const path = `team/${name}`;
    const env = { ARGOCD_APP_SOURCE_PATH: path, ARGOCD_APP_REVISION: "abc" };
    const bytes = generate(join(first, path), ".", { ...env, TZ: "UTC", LC_ALL: "C" });
    expect(bytes.match(/^apiVersion: /gm)?.length).toBeGreaterThan(1);
    expect(generate(join(first, path), ".", { ...env, TZ: "UTC", LC_ALL: "C" })).toBe(bytes);
    expect(generate(join(second, path), ".", { ...env, TZ: "Pacific/Apia", LC_ALL: "tr_TR.UTF-8" })).toBe(
      bytes,
    );
    expect(generate(second, path, { ...env, LANG: "ar_EG.UTF-8", NODE_ICU_DATA: "" })).toBe(bytes);
    const copy = join(folder, `copy-of-${name}`);
    cpSync(join(second, path), copy, { recursive: true });
    expect(generate("/", copy, { ...env, ARGOCD_APP_REVISION: "def" })).toBe(bytes);
  },
);

test("what changes in the source changes in the output", () => {
  const root = clone("edited", (files) => files, new Date(0));
  const path = join(root, "team/quickstart");
  const before = generate(path, ".", {}).split("\n");
  const file = join(path, "read-page.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace(/image: .*/, "image: other:1"));
  const after = generate(path, ".", {}).split("\n");
  const changed = after.filter((line, index) => line !== before[index]);
  expect(changed.map((line) => line.trim())).toEqual(["image: other:1"]);
});
