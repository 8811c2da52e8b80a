import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { FileBytes } from "./file-bytes.ts";

const folder = mkdtempSync(join(tmpdir(), "asya-bytes-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("each file is read whole, whatever was read before it", () => {
  const bytes = new FileBytes();
  for (const size of [10, 0, 300_000, 5, 262_144, 262_145]) {
    const path = join(folder, `${size}`);
    writeFileSync(path, "x".repeat(size));
    expect(bytes.read(path, 1_000_000).toString()).toBe("x".repeat(size));
    bytes.release();
  }
});

test("of a file without end, the limit and one byte more are read", () => {
  expect(new FileBytes().read("/dev/zero", 300_000)).toHaveLength(300_001);
});

test("a FIFO that nobody writes to does not hold anything up", () => {
  const path = join(folder, "fifo");
  spawnSync("mkfifo", [path]);
  expect(new FileBytes().read(path, 100)).toHaveLength(0);
});
