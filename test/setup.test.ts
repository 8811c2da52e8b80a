import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";

const SETUP = resolve(import.meta.dirname, "../scripts/setup.mjs");
const folder = mkdtempSync(join(tmpdir(), "asya-setup-"));
afterAll(() => rmSync(folder, { recursive: true }));

function program(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

test("a program runs on Node 24 with its arguments, and its exit status comes back", () => {
  const file = program(
    "report.ts",
    "console.log(process.version, process.argv.slice(2)); process.exitCode = 7;",
  );
  const result = spawnSync(process.execPath, [SETUP, file, "--once", "a b"], { encoding: "utf8" });
  expect(result.stdout).toMatch(/^v24\.\S+ \[ '--once', 'a b' \]\n$/);
  expect(result.stderr).toBe("");
  expect(result.status).toBe(7);
});

test("paths on the command line are meant from where the user started npm", () => {
  const args = ["run", "-s", "--prefix", resolve(import.meta.dirname, ".."), "asya", "--", "validate", "."];
  writeFileSync(join(folder, "settings.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n");
  const { stdout, stderr, status } = spawnSync("npm", args, { cwd: folder, encoding: "utf8" });
  expect({ stdout, status }).toEqual({ stdout: "", status: 0 });
  expect(stderr).toMatch(/^0 actors in 1 file, /);
});

test("SIGTERM reaches the program, which may end in its own way", async () => {
  const file = program(
    "wait.ts",
    'process.on("SIGTERM", () => process.exit(3)); console.log("ready"); setInterval(() => {}, 1000);',
  );
  const child = spawn(process.execPath, [SETUP, file], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([3, null]);
});

test("a program that a signal ended counts as 128 + the signal's number, as in a shell", () => {
  const file = program("die.ts", 'process.kill(process.pid, "SIGKILL");');
  expect(spawnSync(process.execPath, [SETUP, file]).status).toBe(137);
});
