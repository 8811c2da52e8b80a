import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { leastActor } from "../test/least-actor.ts";
import { parseAllDocuments } from "yaml";
import { freshBundle, PLUGIN } from "../scripts/build.ts";

let place: string;
let bundle: string;

beforeAll(async () => {
  bundle = await freshBundle(PLUGIN);
  place = await mkdtemp(join(tmpdir(), "asya-plugin-"));
  folder("good", {
    "a.yaml": `${CONFIG_MAP}---\n${SECRET}`,
    "sub/b.json": '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}}',
  });
  folder("bad", { "a.yaml": CONFIG_MAP, "b.yaml": "replicas: 3\n" });
  folder("noted", { "a.yaml": ACTOR });
  folder("large", { "a.yaml": `${CONFIG_MAP}  long: ${"x".repeat(1_000_000)}\n` });
});

afterAll(() => rm(place, { recursive: true }));

function folder(name: string, files: Record<string, string>): void {
  mkdirSync(join(place, name, "sub"), { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(place, name, file), text);
}

const CONFIG_MAP = `apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data:
  mode: "0644"
  answer: "yes"
  lines: |
    one
    two
`;
const SECRET =
  "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: 'n'}\nstringData: {password: hunter2}\n";
const ACTOR = leastActor("a");

interface Ended {
  exit: number | null;
  stdout: string;
  stderr: string;
}

/** `read` false: the reader of stdout goes away at once. */
function plugin(args: string[], { cwd = place, read = true, env = {} } = {}): Promise<Ended> {
  const child = spawn(process.execPath, [bundle, ...args], {
    cwd,
    env: { PATH: process.env["PATH"], ...env },
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  if (!read) child.stdout.destroy();
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exit) => resolve({ exit, ...output }));
  });
}

const OBJECTS = [
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a" },
    data: { mode: "0644", answer: "yes", lines: "one\ntwo\n" },
  },
  { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "b" } },
  {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s", namespace: "n" },
    stringData: { password: "hunter2" },
  },
];

test("a good folder is printed, one JSON document a line, and nothing else is said", async () => {
  const { exit, stdout, stderr } = await plugin(["generate", "good"]);
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  expect(stdout).toBe(OBJECTS.map((object) => `${JSON.stringify(object)}\n`).join(""));
});

test("the path is the current folder unless said otherwise", async () => {
  const here = await plugin(["generate"], { cwd: join(place, "good") });
  expect(here.exit).toBe(0);
  expect(here).toEqual(await plugin(["generate", "good"]));
});

test("what it prints it can read, to the same bytes", async () => {
  const { stdout } = await plugin(["generate", "good"]);
  expect(stdout).not.toBe("");
  folder("again", { "objects.json": stdout });
  folder("again-yaml", { "objects.yaml": (await plugin(["generate", "good", "--output", "yaml"])).stdout });
  expect((await plugin(["generate", "again"])).stdout).toBe(stdout);
  expect((await plugin(["generate", "again-yaml"])).stdout).toBe(stdout);
});

test("YAML output means the same to a reader of YAML 1.1 as of 1.2", async () => {
  const { stdout } = await plugin(["generate", "good", "--output=yaml"]);
  for (const version of ["1.1", "1.2"] as const) {
    expect(parseAllDocuments(stdout, { version }).map((document) => document.toJS() as unknown)).toEqual(
      OBJECTS,
    );
  }
});

test("with any error stdout stays empty, the exit is 1, and the first line is the finding", async () => {
  const { exit, stdout, stderr } = await plugin(["generate", "bad"]);
  expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
  expect(stderr.split("\n")).toEqual([
    expect.stringMatching(/^b.yaml:1:1 ASYA-E007 has no apiVersion and no kind - /),
    "1 error in 1 of 2 files",
    "",
  ]);
});

test("notes do not keep objects from being printed, and are no text on stderr", async () => {
  const { exit, stdout, stderr } = await plugin(["generate", "noted"]);
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  expect(JSON.parse(stdout)).toMatchObject({ kind: "AsyncActor" });
  const asJson = await plugin(["generate", "noted", "--findings", "json"]);
  expect(JSON.parse(asJson.stderr)).toMatchObject([
    { code: "ASYA-I001", file: "a.yaml", line: 8, column: 7 },
  ]);
});

test("findings come as JSON when asked for", async () => {
  const { exit, stdout, stderr } = await plugin(["generate", "bad", "--findings", "json"]);
  expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
  expect(JSON.parse(stderr)).toMatchObject([
    { code: "ASYA-E007", severity: "error", file: "b.yaml", line: 1, column: 1 },
  ]);
});

test("the destination of the Application is the namespace of what names none", async () => {
  folder("twice", {
    "a.yaml": CONFIG_MAP,
    "b.yaml": CONFIG_MAP.replace("name: a", "name: a, namespace: here"),
  });
  const exits = [
    await plugin(["generate", "twice"]),
    await plugin(["generate", "twice"], { env: { ARGOCD_APP_NAMESPACE: "here" } }),
    await plugin(["generate", "twice", "--namespace", "there"], { env: { ARGOCD_APP_NAMESPACE: "here" } }),
  ].map(({ exit }) => exit);
  expect(exits).toEqual([0, 1, 0]);
});

const WRONG_USAGE = [
  [[], 'the command must be generate or parameters (got "")'],
  [["render"], 'the command must be generate or parameters (got "render")'],
  [["generate", "a", "b"], "one PATH only (got 1 more)"],
  [["generate", "--output", "xml"], '--output must be json or yaml (got "xml")'],
  [["generate", "--outptu", "json"], "Unknown option '--outptu'"],
  [["generate", "nowhere"], "there is no folder nowhere"],
] as const;

test.each(WRONG_USAGE)("wrong usage ends with 2: %j", async (args, message) => {
  const { exit, stdout, stderr } = await plugin([...args]);
  expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
  expect(stderr.split("\n")[0]).toContain(`asya-plugin: ${message}`);
});

test("help is no error", async () => {
  const { exit, stdout } = await plugin(["--help"]);
  expect(exit).toBe(0);
  expect(stdout).toContain("Usage: asya-plugin generate [PATH]");
});

test("a reader that goes away early gets no stack trace", async () => {
  const { exit, stderr } = await plugin(["generate", "large"], { read: false });
  expect({ exit, stderr }).toEqual({ exit: 1, stderr: "" });
});

test("a platform and flavors elsewhere in the repository judge the actors and are not printed", async () => {
  folder("repository/team/actors", { "a.yaml": ACTOR });
  folder("repository/platform", {
    "platform.yaml":
      "apiVersion: apiextensions.crossplane.io/v1beta1\nkind: EnvironmentConfig\nmetadata: {name: asya-platform}\n" +
      "data: {sidecar: {image: 's:1'}, transports: {sqs: {type: sqs, enabled: true, config: {region: eu-west-1, accountId: '123456789012'}}}}\n",
  });
  const cwd = join(place, "repository/team/actors");
  const parameters = (path: string) => JSON.stringify([{ name: "platform", string: path }]);
  const env = { ARGOCD_APP_SOURCE_PATH: "team/actors" };
  const judged = await plugin(["generate"], {
    cwd,
    env: { ...env, ARGOCD_APP_PARAMETERS: parameters("platform/platform.yaml") },
  });
  expect(judged.stderr).toMatch(/^a\.yaml:5:14 ASYA-E022 spec\.transport: .*it has sqs/);
  expect(judged.exit).toBe(1);
  const outside = await plugin(["generate"], {
    cwd,
    env: { ...env, ARGOCD_APP_PARAMETERS: parameters("../bad") },
  });
  expect(outside.stderr).toMatch(/^asya-plugin: parameter platform: "\.\.\/bad" leads out of the repository/);
  expect(outside.exit).toBe(2);
});

test("an empty folder is an error, unless the Application allows it", async () => {
  folder("empty", {});
  const path = join(place, "empty");
  expect((await plugin(["generate", path])).exit).toBe(1);
  const allowed = JSON.stringify([{ name: "allowEmpty", string: "true" }]);
  expect(await plugin(["generate", path], { env: { ARGOCD_APP_PARAMETERS: allowed } })).toEqual({
    exit: 0,
    stdout: "",
    stderr: "",
  });
});

test("what an Application can say is announced", async () => {
  const { stdout } = await plugin(["parameters"]);
  expect((JSON.parse(stdout) as { name: string }[]).map(({ name }) => name)).toEqual([
    "namespace",
    "platform",
    "flavors",
    "strictness",
    "allowEmpty",
    "enrich",
    "provenance",
    "sourceUrl",
    "pruneConfirm",
  ]);
});

test("a folder that takes longer than the deadline is given up with a line that says what took so long", async () => {
  const actors = Array.from({ length: 20_000 }, (_, index) => ACTOR.replace("name: a", `name: a${index}`));
  folder("slow", { "a.yaml": actors.join("---\n") });
  const env = { ASYA_PLUGIN_DEADLINE: "300ms" };
  const { exit, stdout, stderr } = await plugin(["generate", "slow"], { env });
  expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
  expect(stderr).toMatch(
    /^asya-plugin: stopped after 0\.3 s \(ASYA_PLUGIN_DEADLINE; .*\): (reading files, 0 of 1|judging objects, \d+ of 20000) done, at a\.yaml - make .*\n$/,
  );
});

test.each(["soon", "0s", "1000h"])("a deadline of %s is refused", async (text) => {
  const { exit, stderr } = await plugin(["generate", "good"], { env: { ASYA_PLUGIN_DEADLINE: text } });
  expect(exit).toBe(2);
  expect(stderr).toMatch(new RegExp(`^asya-plugin: ASYA_PLUGIN_DEADLINE must be .*got "${text}"`));
});

test.each(["kustomization.yaml", "kustomization.yml", "Kustomization"])(
  "a folder with %s is not printed as if kustomize had built it, and asya validate says the same",
  async (file) => {
    const name = `kustomized-${file}`;
    folder(name, { "a.yaml": CONFIG_MAP, [file]: "resources: [a.yaml]\npatches: []\n" });
    const env = { PATH: dirname(process.execPath) };
    const { exit, stdout, stderr } = await plugin(["generate"], { cwd: join(place, name), env });
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
    const [first] = stderr.split("\n");
    expect(first).toContain(`${file}:1:1 ASYA-E047 must be built by kustomize, which is not here`);
    expect(stderr).not.toContain("E007");
    const validated = spawnSync(process.execPath, [resolve("cli/main.ts"), "validate"], {
      cwd: join(place, name),
      encoding: "utf8",
      env,
    });
    expect(validated.stdout.split("\n")[0]).toBe(first);
    expect(validated.status).toBe(1);
  },
);

test("kustomize may take a part of the deadline, and the plugin says that it was ended", async () => {
  folder("slow-build", { "kustomization.yaml": "", kustomize: "#!/bin/sh\nexec /bin/sleep 60\n" });
  const program = join(place, "slow-build", "kustomize");
  chmodSync(program, 0o755);
  const env = { ASYA_KUSTOMIZE: program, ASYA_PLUGIN_DEADLINE: "5s" };
  const { exit, stderr } = await plugin(["generate", "slow-build"], { env });
  expect(exit).toBe(1);
  expect(stderr).toMatch(/^kustomization\.yaml:1:1 ASYA-E047 kustomize build was ended after 4 s - /);
});
