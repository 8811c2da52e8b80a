import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const MAIN = resolve(import.meta.dirname, "main.ts");
const RUNTIME = resolve(import.meta.dirname, "../runtime/asya_runtime.py");

test("install-runtime puts the runtime into the folder, readable by every user, and nothing else", () => {
  const folder = mkdtempSync(join(tmpdir(), "asya-install-"));
  writeFileSync(join(folder, "asya_runtime.py"), "the one before");
  const result = spawnSync(process.execPath, [MAIN, "install-runtime", folder], { encoding: "utf8" });
  expect(result).toMatchObject({ status: 0, stderr: "" });
  expect(readdirSync(folder)).toEqual(["asya_runtime.py"]);
  expect(readFileSync(join(folder, "asya_runtime.py"))).toEqual(readFileSync(RUNTIME));
  expect(statSync(join(folder, "asya_runtime.py")).mode & 0o777).toBe(0o644);
});

test.each([
  ["/nowhere/at/all", "cannot install into /nowhere/at/all: ENOENT"],
  [MAIN, `cannot install into ${MAIN}: it is no folder - mount a volume there`],
  ["/proc", "cannot write /proc/asya_runtime.py: "],
])("install-runtime into %s is one clear line and exit 1", (folder, message) => {
  const result = spawnSync(process.execPath, [MAIN, "install-runtime", folder], { encoding: "utf8" });
  expect(result.status).toBe(1);
  expect(result.stderr).toContain(`asya-sidecar: ${message}`);
  expect(result.stderr.trim().split("\n")).toHaveLength(1);
});

test("install-runtime without a folder, or an unknown command, explains the usage and exits 2", () => {
  for (const argv of [["install-runtime"], ["install", "/tmp"]]) {
    const result = spawnSync(process.execPath, [MAIN, ...argv], { encoding: "utf8" });
    expect(result.status).toBe(2);
    expect(result.stderr).toContain("install-runtime DIR");
  }
});
