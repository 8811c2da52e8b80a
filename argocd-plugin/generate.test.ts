import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PLATFORM } from "../test/tools-folder.ts";
import { formatFinding, isError } from "../core/finding.ts";
import type { Metadata } from "../core/manifest.ts";
import { generate, type GenerateOptions } from "./generate.ts";
import { Findings } from "./check/findings.ts";
import { readFolder } from "./read/folder.ts";
import { LIMITS } from "./read/limits.ts";
import type { SourceObject } from "./read/source-object.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "asya-generate-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function read(files: Record<string, string>): Promise<readonly SourceObject[]> {
  for (const file of readdirSync(folder)) rmSync(join(folder, file));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return (await readFolder(folder)).objects;
}

const actor = (name: string, namespace?: string, transport = "rabbitmq") => `apiVersion: asya.sh/v1alpha1
kind: AsyncActor
metadata:
  name: ${name}${namespace === undefined ? "" : `\n  namespace: ${namespace}`}
spec:
  transport: ${transport}
  workload:
    template:
      spec:
        containers:
          - name: asya-runtime
            image: example.com/app:1
            env: [{name: ASYA_HANDLER, value: app.handler}]
`;

const platform = (extra = "") => PLATFORM + extra;

const everything = () => new Findings({ kept: Infinity, notes: true });

/** Errors as `file:line:column CODE`, and whole. */
async function errorsOf(files: Record<string, string>, options?: GenerateOptions): Promise<string[]> {
  const findings = everything();
  await generate(await read(files), findings, options);
  return findings.kept.filter(isError).map(formatFinding);
}

test("objects come out as they were read, sorted by API, kind, namespace and name", async () => {
  const texts = [
    'apiVersion: v1\nkind: Secret\nmetadata: {name: b}\nstringData: {z: "1", a: "2"}\n',
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: m}\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: z}\n",
    "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: j-}\n",
  ];
  const findings = everything();
  const objects = await generate(await read({ "a.yaml": texts.join("---\n") }), findings);
  expect(findings.kept).toEqual([]);
  expect(objects.map(({ json }) => json.toString().trimEnd())).toEqual([
    '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"z"}}',
    '{"apiVersion":"batch/v1","kind":"Job","metadata":{"generateName":"j-"}}',
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}',
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b","namespace":"m"}}',
    '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"b"},"stringData":{"z":"1","a":"2"}}',
  ]);
});

test("a good actor and its platform have no error", async () => {
  expect(await errorsOf({ "a.yaml": actor("a"), "p.yaml": platform() })).toEqual([]);
  expect(await errorsOf({ "a.yaml": actor("a") })).toEqual([]);
});

test("an actor's mistakes are placed, an unknown field at its key", async () => {
  const text = actor("a").replace(
    "  workload:",
    "  scaling: {maxReplica: 3}\n  concurrency: many\n  workload:",
  );
  expect(await errorsOf({ "a.yaml": text })).toEqual([
    expect.stringMatching(/^a.yaml:7:13 ASYA-E010 spec.scaling.maxReplica: .*did you mean "maxReplicas"\?$/),
    expect.stringMatching(/^a.yaml:8:16 ASYA-E011 spec.concurrency: /),
  ]);
});

test("the same object twice is an error at the second place, whatever its API version", async () => {
  const job = (version: string, namespace: string) =>
    `apiVersion: batch/${version}\nkind: Job\nmetadata:\n  name: j\n${namespace}`;
  const files = {
    "a.yaml": job("v1", ""),
    "b.yaml": job("v1beta1", "  namespace: here\n"),
    "c.yaml": job("v1", "  namespace: there\n"),
  };
  expect(await errorsOf(files, { namespace: "here" })).toEqual([
    "b.yaml:4:9 ASYA-E009 metadata.name: Job/j is defined already at a.yaml:1 - remove one of the two",
  ]);
  expect(await errorsOf(files)).toEqual([]);
});

test("two actors of two namespaces on one virtual host share a queue", async () => {
  const files = { "a.yaml": actor("ocr", "one"), "b.yaml": actor("ocr", "two"), "p.yaml": platform() };
  expect(await errorsOf(files)).toEqual([
    expect.stringMatching(
      /^b.yaml:4:9 ASYA-E015 metadata.name: reads the queue asya-ocr, as AsyncActor\/ocr of namespace one at a.yaml:1 does/,
    ),
  ]);
});

test("with a virtual host of their own they do not, nor where the namespace is the same", async () => {
  const own = platform("  namespaces: {two: {transports: {rabbitmq: {config: {vhost: two}}}}}\n");
  expect(
    await errorsOf({ "a.yaml": actor("ocr", "one"), "b.yaml": actor("ocr", "two"), "p.yaml": own }),
  ).toEqual([]);
  const sameNamespace = { "a.yaml": actor("ocr"), "b.yaml": actor("nlp", "one"), "p.yaml": platform() };
  expect(await errorsOf(sameNamespace, { namespace: "one" })).toEqual([]);
});

test("an actor without namespace is judged in the Application's destination", async () => {
  const files = { "a.yaml": actor("ocr"), "b.yaml": actor("ocr", "two"), "p.yaml": platform() };
  expect(await errorsOf(files, { namespace: "one" })).toEqual([
    expect.stringContaining("of namespace one at a.yaml:1"),
  ]);
});

test("queues of one account differ where their names hold the namespace", async () => {
  const sqs = (queueName: string) => `apiVersion: apiextensions.crossplane.io/v1beta1
kind: EnvironmentConfig
metadata: {name: asya-platform}
data:
  sidecar: {image: "example.com/sidecar:1"}
  transports:
    sqs:
      type: sqs
      config: {region: eu-central-1, accountId: "123456789012", queueName: "${queueName}", actorRoleArn: "arn:aws:iam::123456789012:role/asya"}
`;
  const actors = { "a.yaml": actor("ocr", "one", "sqs"), "b.yaml": actor("ocr", "two", "sqs") };
  expect(await errorsOf({ ...actors, "p.yaml": sqs("asya-{actor}") })).toEqual([
    expect.stringContaining("ASYA-E015"),
  ]);
  expect(await errorsOf({ ...actors, "p.yaml": sqs("asya-{namespace}-{actor}") })).toEqual([]);
});

test("a mistake of the platform is told once, where it stands, also without actors", async () => {
  const wrong = platform().replace("host: rabbitmq.example", "hots: rabbitmq.example");
  const errors = await errorsOf({ "a.yaml": actor("a"), "b.yaml": actor("b"), "p.yaml": wrong });
  expect(errors).toEqual([
    expect.stringMatching(/^p.yaml:10:7 ASYA-E021 data.transports.rabbitmq.config.host: host is missing/),
    expect.stringMatching(
      /^p.yaml:11:9 ASYA-E021 data.transports.rabbitmq.config.hots: .*did you mean "host"/,
    ),
  ]);
  expect(await errorsOf({ "p.yaml": wrong })).toEqual(errors);
});

test("a platform that lies elsewhere is known, but not printed", async () => {
  const [elsewhere] = await read({ "p.yaml": platform() });
  const findings = everything();
  const sources = await read({ "a.yaml": actor("a", undefined, "kafka") });
  expect(await generate(sources, findings, { beside: [elsewhere!.read()] })).toHaveLength(1);
  expect(findings.kept.filter(isError).map(formatFinding)).toEqual([
    expect.stringMatching(/^a.yaml:6:14 ASYA-E022 /),
  ]);
});

test("a wrong flavor is told where it stands; an actor's finding names a flavor that is nowhere", async () => {
  const flavor = (data: string) => `apiVersion: apiextensions.crossplane.io/v1beta1
kind: EnvironmentConfig
metadata: {name: flavor-gpu, labels: {asya.sh/flavor: gpu}}
data: ${data}
`;
  const withFlavor = (name: string) => actor("a").replace("  workload:", `  flavors: [${name}]\n  workload:`);
  const files = { "a.yaml": withFlavor("gpu"), "p.yaml": platform() };
  expect(await errorsOf({ ...files, "f.yaml": flavor("{scaling: {maxReplicas: 3}}") })).toEqual([]);
  expect(await errorsOf({ ...files, "f.yaml": flavor("{scaling: {maxReplicas: many}}") })).toEqual([
    expect.stringMatching(/^f.yaml:4:31 ASYA-E025 data.scaling.maxReplicas: /),
  ]);
  expect(await errorsOf(files)).toEqual([
    expect.stringMatching(/^a.yaml:7:13 ASYA-E024 spec.flavors\[0\]: /),
  ]);
});

test("a kind that asya.sh does not have is an error", async () => {
  expect(await errorsOf({ "a.yaml": actor("a").replace("kind: AsyncActor", "kind: AsyncActr") })).toEqual([
    'a.yaml:2:7 ASYA-E012 kind: the API asya.sh has no such kind (got "AsyncActr") - did you mean "AsyncActor"?',
  ]);
});

test("the same folder gives the same bytes", async () => {
  const files = { "b.yaml": actor("b"), "a.yaml": actor("a"), "p.yaml": platform() };
  const bytes = async () =>
    Buffer.concat((await generate(await read(files), everything())).map(({ json }) => json));
  expect(await bytes()).toEqual(await bytes());
});

test("platform and flavors that do not fit into memory together are refused", async () => {
  const files = { "a.yaml": actor("a"), "p.yaml": platform() };
  expect(await errorsOf(files, { limits: { ...LIMITS, settingsBytes: 100 } })).toEqual([
    expect.stringMatching(
      /^p.yaml:1:1 ASYA-E003 EnvironmentConfig\/asya-platform: with this one, platform and flavors/,
    ),
  ]);
});

test("labels, annotations and selectors may be called like the members that objects have by themselves", async () => {
  const names = [...Object.getOwnPropertyNames(Object.prototype), "prototype", "toJSON", "then"].filter(
    (name) => name !== "__proto__" && !name.startsWith("_"),
  );
  const map = (indent: string) => names.map((name) => `${indent}${name}: "x"\n`).join("");
  const odd = actor("a")
    .replace(
      "spec:\n",
      `  labels:\n${map("    ")}  annotations:\n${map("    ")}spec:\n  labels:\n${map("    ")}`,
    )
    .replace("        containers:", `        nodeSelector:\n${map("          ")}        containers:`);
  const findings = everything();
  const [printed] = await generate(await read({ "a.yaml": odd }), findings);
  expect(findings.kept.filter(isError)).toEqual([]);
  const { metadata, spec } = printed!.read() as { metadata: Metadata; spec?: unknown };
  const expected = JSON.stringify(Object.fromEntries(names.map((name) => [name, "x"])));
  expect(JSON.stringify(metadata.labels)).toBe(expected);
  expect(JSON.stringify(metadata.annotations)).toBe(expected);
  expect(JSON.stringify(spec)).toContain(`"nodeSelector":${expected}`);
});

test.each(["toString", "constructor"])(
  "%s is no transport and no flavor that nobody has configured",
  async (name) => {
    const odd = actor("a", undefined, name).replace("  workload:", `  flavors: [${name}]\n  workload:`);
    expect(await errorsOf({ "a.yaml": odd, "p.yaml": platform() })).toEqual([
      expect.stringMatching(/^a.yaml:7:13 ASYA-E024 spec.flavors/),
    ]);
    expect(await errorsOf({ "a.yaml": actor("a", undefined, name), "p.yaml": platform() })).toEqual([
      expect.stringMatching(/^a.yaml:6:14 ASYA-E022 spec.transport/),
    ]);
  },
);
