import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { dockerArchive, layerOf, nodeFiles } from "./image.ts";

test("the same files give the same layer, whoever owns them and whenever they were written", () => {
  const file = join(mkdtempSync(join(tmpdir(), "asya-image-test-")), "program");
  writeFileSync(file, "run");
  const first = layerOf({ "opt/program": { copy: file }, "etc/note": { text: "x" } });
  chmodSync(file, 0o600);
  const second = layerOf({ "etc/note": { text: "x" }, "opt/program": { copy: file } });
  expect(second.digest).toBe(first.digest);
  const listing = execFileSync("tar", ["-tvf", "-"], { input: gunzipSync(first.gzip), encoding: "utf8" });
  expect(listing).toMatch(/-rw-r--r-- 0\/0 +3 1970-01-01 00:00 opt\/program/);
});

test("an archive names its parts by their digests, and its labels reach the configuration", () => {
  const layer = layerOf({ "package.yaml": { text: "kind: Function\n" } });
  const config = {
    Entrypoint: ["/run"],
    User: "65532:65532",
    Labels: { [`io.crossplane.xpkg:${layer.digest}`]: "base" },
  };
  const folder = mkdtempSync(join(tmpdir(), "asya-image-test-"));
  execFileSync("tar", ["-xf", "-", "-C", folder], { input: dockerArchive("function:v1", [layer], config) });
  const [manifest] = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as [
    Record<string, unknown>,
  ];
  expect(manifest["RepoTags"]).toEqual(["function:v1"]);
  const [layerName] = manifest["Layers"] as [string];
  expect(`sha256:${sha256(readFileSync(join(folder, layerName)))}`).toBe(layer.digest);
  const text = readFileSync(join(folder, String(manifest["Config"])));
  expect(String(manifest["Config"])).toBe(`${sha256(text)}.json`);
  expect(JSON.parse(text.toString())).toMatchObject({
    os: "linux",
    config,
    rootfs: { diff_ids: [layer.diffId] },
  });
});

test("Node comes with its loader and its libraries", () => {
  const files = nodeFiles();
  const loader = Object.keys(files).find((path) => path.includes("ld-linux"));
  const copies = Object.values(files).flatMap((source) => ("copy" in source ? [source.copy] : []));
  expect(loader).toBeDefined();
  expect(copies).toContain(process.execPath);
  expect(copies.some((path) => path.includes("libc.so"))).toBe(true);
});

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
