import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const ROOMS = ["runtime", "crew"];

test.for(ROOMS)("the Python tests of %s/ pass", { timeout: 120_000 }, (room, { skip }) => {
  const result = spawnSync("python3", ["-m", "unittest", "discover", room], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
  });
  if (result.error !== undefined) {
    skip(process.env["CI"] === undefined, "python3 is missing: apt-get install python3");
    throw new Error("python3 is missing: apt-get install python3", { cause: result.error });
  }
  expect(result.stderr).toMatch(/^Ran [1-9]\d* tests? in /m);
  expect(result.status, result.stderr).toBe(0);
});
