import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { formatFinding } from "../../core/finding.ts";
import { readFolder } from "./folder.ts";
import { type Limits, LIMITS } from "./limits.ts";

let place: string;
let folder: string;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), "asya-read-"));
  folder = join(place, "folder");
  mkdirSync(folder);
});

afterEach(() => rm(place, { recursive: true }));

function write(file: string, content: string | Buffer): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), content);
}

function link(file: string, target: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  symlinkSync(target, join(folder, file));
}

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;

async function read(limits: Partial<Limits> = {}) {
  const { objects, findings, files } = await readFolder(folder, { limits: { ...LIMITS, ...limits } });
  const names = objects.map(({ name, file, line }) => `${file}:${line} ${name}`);
  return { names, findings: findings.map(formatFinding), files };
}

test("YAML and JSON files are read in code-point order of their paths; hidden and other files are not", async () => {
  write("b.yaml", configMap("b"));
  write("a/z.yml", configMap("z"));
  write("a/c.json", '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}');
  write("\u{1F600}.yaml", configMap("astral"));
  write("\uFF21.yaml", configMap("wide"));
  write(".git/x.yaml", "not: [yaml");
  write(".hidden.yaml", "not: [yaml");
  write("README.md", "not: [yaml");
  expect(await read()).toEqual({
    names: ["a/c.json:1 c", "a/z.yml:1 z", "b.yaml:1 b", "\uFF21.yaml:1 wide", "\u{1F600}.yaml:1 astral"],
    findings: [],
    files: 5,
  });
});

test("each document knows its line, whatever stands around it", async () => {
  write(
    "all.yaml",
    `\uFEFF# license\n\n${configMap("a")}---\n---\n# only a comment\n---\n\n${configMap("b")}...\n${configMap("c")}`,
  );
  write("crlf.yaml", `${configMap("d")}---\n${configMap("e")}`.replaceAll("\n", "\r\n"));
  write(
    "list.yaml",
    `kind: List\nitems:\n- ${configMap("f").trim().replaceAll("\n", "\n  ")}\n-\n  ${configMap("g").trim().replaceAll("\n", "\n  ")}\n`,
  );
  expect((await read()).names).toEqual([
    "all.yaml:3 a",
    "all.yaml:12 b",
    "all.yaml:17 c",
    "crlf.yaml:1 d",
    "crlf.yaml:6 e",
    "list.yaml:3 f",
    "list.yaml:8 g",
  ]);
});

test("a mistake in one document does not hide those in others", async () => {
  write(
    "a.yaml",
    `${configMap("a")}data: {x: 1, x: 2}\n---\n${configMap("b")}data:\n\tx: 1\n---\nreplicas: 1\n---\n${configMap("c")}`,
  );
  expect(await read()).toMatchObject({
    names: ["a.yaml:1 a", "a.yaml:16 c"],
    findings: [
      expect.stringMatching(/^a.yaml:5:14 ASYA-E002 /),
      expect.stringMatching(/^a.yaml:12:1 ASYA-E001 a tab/),
      expect.stringMatching(/^a.yaml:14:1 ASYA-E007 /),
    ],
  });
});

test("links inside the folder are followed", async () => {
  write("base/a.yaml", configMap("a"));
  link("overlay/base", "../base");
  link("b.yaml", "base/a.yaml");
  expect((await read()).names).toEqual(["b.yaml:1 a", "base/a.yaml:1 a", "overlay/base/a.yaml:1 a"]);
});

test("a link out of the folder, to nothing or in a circle is an error; one that nobody would read is none", async () => {
  writeFileSync(join(place, "outside.yaml"), configMap("outside"));
  write("ok.yaml", configMap("ok"));
  link("a.yaml", "../outside.yaml");
  link("b", "..");
  link("c.yaml", "nowhere.yaml");
  link("d/up", "../d");
  link("e.yaml", "e.yaml");
  link("f.txt", "nowhere.txt");
  link("g.sh", "/bin/sh");
  const { names, findings } = await read();
  expect(names).toEqual(["ok.yaml:1 ok"]);
  expect(findings.map((line) => line.replace(/ - .*/, "")).toSorted()).toEqual([
    "a.yaml:1:1 ASYA-E005 is a link that leaves the folder",
    "b:1:1 ASYA-E005 is a link that leaves the folder",
    "c.yaml:1:1 ASYA-E005 is a link to nothing",
    "d/up:1:1 ASYA-E005 is a link to a folder that it stands in",
    "e.yaml:1:1 ASYA-E005 is a link that leads back to itself",
  ]);
});

test("a folder without an object is an error", async () => {
  expect(await read()).toMatchObject({
    findings: [expect.stringContaining("E004 the folder has no .yaml")],
    files: 0,
  });
  write("a.yaml", "# later\n---\n");
  expect(await read()).toMatchObject({
    findings: [expect.stringContaining("E004 the folder has files, but no")],
    files: 1,
  });
});

test("files and folders over their limits are refused unread", async () => {
  write("a.yaml", configMap("a"));
  write("b.yaml", `${configMap("b")}# ${"x".repeat(200)}\n`);
  write("c.yaml", configMap("c"));
  expect((await read({ fileBytes: 200 })).findings).toEqual([
    expect.stringMatching(/^b.yaml:1:1 ASYA-E003 a file of/),
  ]);
  expect(await read({ folderBytes: 300 })).toMatchObject({
    names: ["a.yaml:1 a"],
    findings: [expect.stringMatching(/^b.yaml:1:1 ASYA-E003 with this file the folder is over/)],
  });
});

test("what aliases add is counted over the whole folder", async () => {
  const text = (name: string) => `${configMap(name)}data: {a: &a "${"x".repeat(100)}", b: *a}\n`;
  write("a.yaml", text("a"));
  write("b.yaml", text("b"));
  expect(await read({ expansion: 150 })).toMatchObject({ findings: [expect.stringMatching(/^b.yaml:5:/)] });
  expect((await read({ expansion: 250 })).findings).toEqual([]);
});

test("bytes that are no UTF-8 are shown where they are", async () => {
  write(
    "a.yaml",
    Buffer.concat([
      Buffer.from(`${configMap("a")}data:\n  k: "caf`),
      Buffer.from([0xe9]),
      Buffer.from('"\n'),
    ]),
  );
  expect((await read()).findings).toEqual([
    "a.yaml:6:10 ASYA-E006 the byte 0xe9 is no UTF-8 text - save the file as UTF-8",
  ]);
});

test("reading stops when there are more findings than anyone reads", async () => {
  write("a.yaml", "---\nx: 1\n".repeat(100));
  expect((await read({ findings: 10 })).findings).toHaveLength(10);
});

test("a single file is a folder of one", async () => {
  write("a.yaml", configMap("a"));
  const { objects } = await readFolder(join(folder, "a.yaml"));
  expect(objects.map(({ file }) => file)).toEqual(["a.yaml"]);
});
