import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { createGzip } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pack } from "tar-stream";
import { PluginClient } from "./call.ts";
import { type PluginServer, startPluginServer, type Told } from "./server.ts";

const CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
let folder: string;
let server: PluginServer;
let client: PluginClient;
let told: Told[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "asya-socket-"));
  const socket = join(folder, "asya-v0.1.0.sock");
  // As a killed server leaves it.
  writeFileSync(socket, "");
  told = [];
  server = await startPluginServer(socket, (one) => told.push(one));
  client = new PluginClient(socket);
});

afterAll(async () => {
  client.close();
  await server.stop();
  rmSync(folder, { recursive: true });
});

type Entry = string | { linkname: string };

async function archive(entries: Readonly<Record<string, Entry>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, entry] of Object.entries(entries)) {
    if (typeof entry === "string") tar.entry({ name }, entry);
    else tar.entry({ name, type: "symlink", linkname: entry.linkname });
  }
  tar.finalize();
  return await buffer(tar.pipe(createGzip()));
}

test("the objects of the Application's folder, and of no other, come back as JSON", async () => {
  const repository = await archive({
    "team/actors/a.yaml": CONFIG_MAP,
    "team/actors/README.md": "not YAML",
    "other/b.yaml": "kind: not looked at",
    ".git/config.json": "{",
  });
  const manifests = await client.generate(repository, { appRelPath: "team/actors" });
  expect(manifests.map((text) => JSON.parse(text) as unknown)).toEqual([
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } },
  ]);
});

test("a mistake comes back as our finding, with nothing before it", async () => {
  const repository = await archive({ "a.yaml": "replicas: 3\n" });
  await expect(client.generate(repository)).rejects.toMatchObject({
    details: expect.stringMatching(/^a\.yaml:1:1 ASYA-E007 /) as string,
  });
});

test("an Application's parameters are heard", async () => {
  const repository = await archive({ "a.yaml": "# nothing\n" });
  const env = { ARGOCD_APP_PARAMETERS: '[{"name": "allowEmpty", "string": "true"}]' };
  expect(await client.generate(repository, { env })).toEqual([]);
  const wrong = { ARGOCD_APP_PARAMETERS: '[{"name": "alowEmpty", "string": "true"}]' };
  await expect(client.generate(repository, { env: wrong })).rejects.toMatchObject({
    details: 'asya-plugin: there is no parameter "alowEmpty" - did you mean "allowEmpty"?',
  });
});

test("the same content is answered from memory, whatever the archive's times say", async () => {
  const first = await archive({ "a.yaml": CONFIG_MAP, "x.txt": "one" });
  const second = await archive({ "x.txt": "two", "a.yaml": CONFIG_MAP });
  const [one, two] = [await client.generate(first), await client.generate(second)];
  expect(two).toEqual(one);
  expect(told.at(-1)?.result?.cached).toBe(true);
});

test("what was refused is judged again: the reason may have been of the moment", async () => {
  const repository = await archive({ "a.yaml": "kind: [" });
  for (let time = 0; time < 2; time++) {
    await expect(client.generate(repository)).rejects.toThrow("ASYA-E001");
    expect(told.at(-1)?.result?.cached).toBe(false);
  }
});

test("a file cannot be written outside by way of links or dots", async () => {
  const outside = join(folder, "outside.yaml");
  await expect(client.generate(await archive({ "../outside.yaml": CONFIG_MAP }))).rejects.toMatchObject({
    details: expect.stringContaining('leads out of it: "../outside.yaml"') as string,
  });
  const links = await archive({
    "d/up": { linkname: ".." },
    away: { linkname: "d/up/.." },
    "away/outside.yaml": CONFIG_MAP,
    "a.yaml": CONFIG_MAP,
  });
  await client.generate(links).catch(() => undefined);
  expect(readdirSync(folder)).toEqual(["asya-v0.1.0.sock"]);
  await expect(
    client.generate(await archive({ "a.yaml": CONFIG_MAP }), { appRelPath: "../.." }),
  ).rejects.toMatchObject({ details: expect.stringContaining("leads out of the repository") as string });
  expect(outside).not.toBe("");
});

test("a damaged archive is an error with words, and the next call is answered", async () => {
  const good = await archive({ "a.yaml": CONFIG_MAP });
  await expect(client.generate(good.subarray(0, good.length - 20))).rejects.toThrow();
  await expect(client.generate(good, { checksum: "0".repeat(64) })).rejects.toMatchObject({
    details: expect.stringContaining("its checksum differs") as string,
  });
  expect(await client.generate(good)).toHaveLength(1);
});

test("twenty repositories at once each get their own answer", async () => {
  const names = Array.from({ length: 20 }, (_, index) => `n${index}`);
  const answers = await Promise.all(
    names.map(async (name) =>
      client.generate(await archive({ "a.yaml": CONFIG_MAP.replace("{name: a}", `{name: ${name}}`) })),
    ),
  );
  expect(
    answers.map(([text = ""]) => (JSON.parse(text) as { metadata: { name: string } }).metadata.name),
  ).toEqual(names);
});

test("files of a call are gone after it", async () => {
  await client.generate(await archive({ "a.yaml": CONFIG_MAP }));
  const left = readdirSync(tmpdir()).filter((name) => name.startsWith("asya-plugin-"));
  const calls = left.flatMap((name) => {
    try {
      return readdirSync(join(tmpdir(), name)).filter((one) => one.startsWith("call-"));
    } catch {
      return [];
    }
  });
  expect(calls).toEqual([]);
});
