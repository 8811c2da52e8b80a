import { afterAll, beforeAll, expect, test } from "vitest";
import { encodePart, type Metadata } from "../../argocd-plugin/server/protocol.ts";
import { archiveOf, archiveWithZeros, type Entry, noise, OBJECT } from "./archives.ts";
import { GOOD, NAMED, OTHERS } from "./cases.ts";
import { TOOLS } from "./tools-cases.ts";
import { MEBIBYTES, SECONDS } from "./plugin-process.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";

const TIMEOUT = 60_000;
const GIGABYTE = 1_000_000_000;
const NO_METADATA: Metadata = { appName: "app", appRelPath: "", checksum: "", size: 1, env: {} };

let server: ServerProcess;
let good: Buffer;

// One process for all: what one call leaves behind would show in the next.
beforeAll(async () => {
  server = await startServerProcess();
  good = await archiveOf([{ header: { name: "a.yaml" }, text: OBJECT }]);
});
afterAll(() => server.stop());

/** What is answered within the limits, by a server that is as well as before. */
async function answerTo(call: () => Promise<string[]>, seconds = SECONDS): Promise<string> {
  const startedAt = performance.now();
  const answer = await call().then(
    (manifests) => manifests.join("\n"),
    (error: Error & { details?: string }) => error.details ?? error.message,
  );
  expect((performance.now() - startedAt) / 1_000).toBeLessThan(seconds);
  expect(server.peakMiB()).toBeLessThan(MEBIBYTES);
  expect(await server.client.generate(good)).toHaveLength(1);
  expect(server.folders()).toEqual([]);
  return answer;
}

const object = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}';
const zeros = (bytes: number) => async () => server.client.generate(await archiveWithZeros(bytes));
const streamed = (bytes: number, announced: number) => () =>
  server.client.send(noise(bytes), { size: announced });

test.each([
  ["half a gigabyte of zeros beside an object: the object", zeros(500_000_000), object],
  [
    "a gigabyte of zeros: the limit",
    zeros(GIGABYTE),
    /^asya-plugin: the unpacked archive has more than 536870912 bytes - exclude/,
  ],
  [
    "a gigabyte that nobody can pack: the limit",
    streamed(GIGABYTE, GIGABYTE),
    /^asya-plugin: the archive has more than 100663296 bytes - exclude/,
  ],
  [
    "more than was announced: that it is",
    streamed(GIGABYTE, 1_000),
    /^asya-plugin: the archive was damaged on its way: more than the 1000 bytes/,
  ],
  [
    "noise: that it is no archive",
    streamed(1_000_000, 1_000_000),
    /^asya-plugin: the archive is no tgz, or damaged: /,
  ],
])("%s", { timeout: TIMEOUT }, async (_what, call, expected) => {
  const answer = await answerTo(call);
  if (typeof expected === "string") expect(answer).toBe(expected);
  else expect(answer).toMatch(expected);
});

test.each([
  ["nothing", 0],
  ["less than nothing", -1],
])("an archive that announces %s is refused", async (_what, size) => {
  const answer = await answerTo(() => server.client.generate(good, { size }));
  expect(answer).toBe(`asya-plugin: the request announces an archive of ${size} bytes`);
});

test("an archive that is shorter than announced, or has another checksum, is said to be damaged", async () => {
  const shorter = await answerTo(() => server.client.generate(good, { size: good.length + 1 }));
  expect(shorter).toBe(
    `asya-plugin: the archive was damaged on its way: fewer than the ${good.length + 1} bytes that were announced came`,
  );
  const cut = await answerTo(() => server.client.generate(good.subarray(0, 40)));
  expect(cut).toMatch(/^asya-plugin: the archive is no tgz, or damaged: unexpected end of file/);
  const other = await answerTo(() => server.client.generate(good, { checksum: "0".repeat(64) }));
  expect(other).toMatch(/its checksum differs$/);
});

const folderOf = (files: Readonly<Record<string, unknown>>) => async () =>
  server.client.generate(
    await archiveOf(
      Object.entries(files).map(([name, text]) => {
        if (typeof text !== "string") throw new Error(`${name} is no text`);
        return { header: { name }, text };
      }),
    ),
  );
const hostile = { ...NAMED, ...OTHERS, ...TOOLS };
const texts = Object.entries(hostile).filter(([, { files }]) =>
  Object.values(files).every((text) => typeof text === "string" && text.length < 6_000_000),
);

test("the plugin's own hostile folders come back with its findings", { timeout: 4 * TIMEOUT }, async () => {
  expect(texts.length).toBeGreaterThan(25);
  for (const [name, { files, errors }] of texts)
    expect(await answerTo(folderOf(files)), name).toContain(errors[0]);
});

test(
  "15,000 actors in 16 MB come back, and 48 MiB of objects are refused",
  { timeout: TIMEOUT },
  async () => {
    const [actors, maps] = [GOOD["15,000 actors in 16 MB"], GOOD["48 MiB of ConfigMaps"]];
    expect((await answerTo(folderOf(actors?.files ?? {}))).split("\n")).toHaveLength(15_000);
    expect(await answerTo(folderOf(maps?.files ?? {}))).toMatch(
      /^asya-plugin: the Application's objects take more than 24 MiB/,
    );
  },
);

test("a client that sends byte by byte is answered like any other", async () => {
  const bytes = Array.from(good, (_, at) => good.subarray(at, at + 1));
  expect(await answerTo(() => server.client.send(bytes, { size: good.length }))).toBe(object);
});

test(
  "a client that stops in the middle is told so, and its files are gone",
  { timeout: TIMEOUT },
  async () => {
    const answer = await answerTo(() => {
      const { stream, answer } = server.client.open();
      stream.write(encodePart({ metadata: { ...NO_METADATA, size: good.length } }));
      stream.write(encodePart({ chunk: good.subarray(0, 20) }));
      return answer;
    });
    expect(answer).toBe("asya-plugin: no part of the archive came for 8 s");
  },
);

test("a client that goes away leaves no files", async () => {
  const { stream, answer } = server.client.open();
  stream.write(encodePart({ metadata: { ...NO_METADATA, size: good.length } }));
  stream.write(encodePart({ chunk: good.subarray(0, 20) }));
  await expect.poll(() => server.folders().length).toBe(1);
  stream.cancel();
  await expect(answer).rejects.toMatchObject({ details: "Cancelled on client" });
  await expect.poll(() => server.folders()).toEqual([]);
});

test("messages that are none of the protocol's are refused", async () => {
  for (const bytes of [Buffer.from("{}"), Buffer.alloc(0), Buffer.alloc(17 * 2 ** 20)]) {
    const answer = await answerTo(() => {
      const { stream, answer } = server.client.open();
      stream.write(bytes);
      stream.end();
      return answer;
    });
    expect(answer).not.toContain(object);
    expect(answer).not.toBe("");
  }
});

const file = (name: string, text = OBJECT): Entry => ({ header: { name }, text });
const link = (name: string, linkname: string): Entry => ({ header: { name, type: "symlink", linkname } });

test.each<[string, Entry[], RegExp]>([
  ["a path that leads out", [file("../../a.yaml")], /leads out of it: "\.\.\/\.\.\/a\.yaml"$/],
  ["an absolute path", [file("/etc/a.yaml")], /leads out of it: "\/etc\/a\.yaml"$/],
  [
    "a file below a file",
    [file("a.yaml"), file("a.yaml/b.yaml")],
    /an entry that no folder could have: "a\.yaml\/b\.yaml"$/,
  ],
  ["a file twice", [file("a.yaml"), file("a.yaml")], /an entry that no folder could have: "a\.yaml"$/],
  [
    "a name that no disk takes",
    [file(`${"a".repeat(300)}.yaml`)],
    /an entry that no folder could have: "aaa/,
  ],
  [
    "links in a circle",
    [file("a.yaml"), link("x.yaml", "y.yaml"), link("y.yaml", "x.yaml")],
    /^x\.yaml:1:1 ASYA-E005 /,
  ],
  ["a link to its own folder", [file("d/a.yaml"), link("d/up", "../d")], /^d\/up:1:1 ASYA-E005 /],
  ["a file that is wrong", [file("a.yaml", `${OBJECT}data: [`)], /^a\.yaml:4:8 ASYA-E001 /],
])("%s in the archive: an error that names it", async (_what, entries, expected) => {
  const archive = await archiveOf(entries);
  expect(await answerTo(() => server.client.generate(archive))).toMatch(expected);
});

test("links that lead out, hard links, devices and pipes are as good as not there", async () => {
  const special = (["link", "character-device", "block-device", "fifo"] as const).map((type): Entry => ({
    header: { name: `${type}.yaml`, type, linkname: "/etc/passwd" },
  }));
  const entries = [
    file("a.yaml"),
    link("out.yaml", "/etc/passwd"),
    link("d/out.yaml", "../../../x.yaml"),
    ...special,
  ];
  const archive = await archiveOf(entries);
  expect(await answerTo(() => server.client.generate(archive))).toBe(object);
});

test("fifteen thousand files of YAML are refused by number", { timeout: TIMEOUT }, async () => {
  const archive = await archiveOf(
    Array.from({ length: 15_000 }, (_, i) => file(`d${i % 100}/${i}.yaml`, "")),
  );
  // A busy disk takes a millisecond for each file, an idle one a tenth of it: the time is the disk's.
  const answer = await answerTo(() => server.client.generate(archive), 40);
  expect(answer).toMatch(/^asya-plugin: the archive has more than 10000 YAML and JSON files - exclude/);
});
