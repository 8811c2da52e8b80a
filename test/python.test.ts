import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const SUITES = ["runtime", "crew"].filter(
  (room) => globSync(`${room}/**/test_*.py`, { cwd: ROOT }).length > 0,
);
const hasPython = spawnSync("python3", ["--version"]).status === 0;

test.runIf(process.env["CI"] !== undefined)("python3 is there", () => {
  expect(hasPython, "python3 is missing: apt-get install python3").toBe(true);
});

test.skipIf(!hasPython).for(SUITES)("the Python tests of %s/ pass", { timeout: 120_000 }, (room) => {
  const result = spawnSync("python3", ["-W", "error", "-m", "unittest", "discover", "-s", room, "-t", room], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
  });
  expect(result.stderr).toMatch(/^Ran [1-9]\d* tests? in /m);
  expect(result.status, result.stderr).toBe(0);
});
