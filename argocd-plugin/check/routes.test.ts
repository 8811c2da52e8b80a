import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { formatFinding } from "../../core/finding.ts";
import { generate } from "../generate.ts";
import { readFolder } from "../read/folder.ts";
import { LIMITS } from "../read/limits.ts";
import { Findings } from "./findings.ts";
import { declaredRoutes } from "./routes.ts";
import { TOOLS_SCHEMA } from "./tools-schema.ts";
import { readTools } from "./tools.ts";

async function read(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "asya-routes-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const { objects, findings } = await readFolder(folder);
    expect(findings).toEqual([]);
    // What findings stand at is read again from the files.
    for (const object of objects) object.locate([]);
    const all = new Findings({ kept: Infinity, notes: true });
    await generate(objects, all, { namespace: "images" });
    const tools = await readTools(objects, "images", LIMITS, new Findings({ kept: Infinity, notes: true }));
    const lines = all.kept.filter(({ code }) => code !== "I001").map(formatFinding);
    return { lines, routes: declaredRoutes(tools) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const linesOf = async (files: Readonly<Record<string, string>>) => (await read(files)).lines;

const actor = (name: string, { transport = "rabbitmq", sendTo = "" } = {}) => `apiVersion: asya.sh/v1alpha1
kind: AsyncActor
metadata: {name: ${name}}
spec:
  transport: ${transport}
${sendTo === "" ? "" : `  access: {sendTo: ${sendTo}}\n`}  workload:
    template:
      spec:
        containers:
          - name: asya-runtime
            image: example.com/app:1
            env: [{name: ASYA_HANDLER, value: app.handler}]
`;

const actors = (...names: string[]) => names.map((name) => actor(name)).join("---\n");

/** The file's first line is line 7 of the ConfigMap's, indented by 4. */
const tools = (file: string, name = "tools") => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  labels: {asya.sh/tools: "true"}
data:
  tools.yaml: |
${file.replaceAll(/^(?=.)/gm, "    ")}`;

const PLATFORM = `apiVersion: apiextensions.crossplane.io/v1beta1
kind: EnvironmentConfig
metadata:
  name: asya-platform
data:
  sidecar: {image: "example.com/sidecar:1"}
  transports:
    rabbitmq:
      type: rabbitmq
      config:
        host: rabbitmq.example
        passwordSecretRef: {name: rabbitmq, key: password}
        connection: {secretName: rabbitmq}
`;
const OTHER = PLATFORM.split("    rabbitmq:\n")[1] ?? "";

/** Its mistake stands in the third line. */
const SOON = "tools:\n  - name: scan\n    timeout: soon\n    route: [split]\n";

const COMPLETE = `# what 0.1's gateway reads
defaults: {progress: true, timeout: 600}
routes:
  pages: [split, read, store]
tools:
  - name: scan
    description: Reads a document
    parameters:
      document: {type: string, required: true, description: Where it lies}
      format: {type: string, options: [pdf, png, 1], default: pdf}
      areas: {type: array, items: {type: object, properties: {x: {type: integer}}}}
    route: pages
    metadata: {team: scans, priority: 1}
  - name: count
    route: [split]
    progress: false
    timeout: 0
`;

test("a file of tools as 0.1's gateway reads it has no finding, and declares its routes once each", async () => {
  const files = { "a.yaml": actors("split", "read", "store"), "t.yaml": tools(COMPLETE) };
  const { lines, routes } = await read(files);
  expect(lines).toEqual([]);
  expect(routes.map(({ namespace, name, actors: steps }) => [namespace, name, steps])).toEqual([
    ["images", "pages", ["split", "read", "store"]],
    ["images", "count", ["split"]],
  ]);
});

test("a mistake in a file of tools stands at its own line and column of the commit", async () => {
  const broken = tools(
    "\n# empty lines count\ntools:\n  - name: scan\n    rute: [split]\n    timeout: soon\n",
  );
  expect(await linesOf({ "t.yaml": broken })).toEqual([
    expect.stringMatching(
      /^t\.yaml:11:9 ASYA-E013 data\["tools\.yaml"\]\.tools\[0\]\.route: route is missing/,
    ),
    't.yaml:12:9 ASYA-E010 data["tools.yaml"].tools[0].rute: rute is not a known field - did you mean "route"?',
    expect.stringMatching(/^t\.yaml:13:18 ASYA-E011 data\["tools\.yaml"\]\.tools\[0\]\.timeout: /),
  ]);
});

test.each([
  [
    "a list of ConfigMaps",
    (map: string) => `kind: List\nitems:\n- ${map.trim().replaceAll("\n", "\n  ")}\n`,
    "12:20",
  ],
  [
    "an indentation of its own",
    (map: string) => map.replace("yaml: |", "yaml: |2-").replaceAll("\n    ", "\n     "),
    "10:19",
  ],
  ["CRLF", (map: string) => map.replaceAll("\n", "\r\n"), "10:18"],
  // Lines of these are not the file's: the value's beginning is told.
  ["a folded block", (map: string) => map.replace("yaml: |", "yaml: >"), "7:15"],
  ["JSON", (map: string) => map.replace(/\|\n[^]*$/, () => JSON.stringify(SOON) + "\n"), "7:15"],
])("places in %s", async (_what, changed, place) => {
  const text = changed(tools(SOON));
  expect(await linesOf({ "t.yaml": text })).toEqual([expect.stringContaining(`t.yaml:${place} ASYA-E0`)]);
});

test.each([
  ["what is no YAML", "tools: [", /^t\.yaml:8:\d+ ASYA-E001 data\["tools\.yaml"\]: /],
  ["a key twice", "tools:\n  - {name: a, route: [b]}\ntools: []\n", /^t\.yaml:10:5 ASYA-E002 /],
  ["nothing but comments", "# later\n", /ASYA-E013 data\["tools\.yaml"\]\.tools: tools is missing/],
  ["no tool", "tools: []\n", /^t\.yaml:8:\d+ ASYA-E012 .* must have at least 1 entries/],
  [
    "two documents",
    "tools:\n  - {name: a, route: [b]}\n---\ntools: []\n",
    /^t\.yaml:10:5 ASYA-E001 .*one document/,
  ],
  ["a route without actors", "tools:\n  - {name: a, route: []}\n", /^t\.yaml:9:\d+ ASYA-E012 /],
  [
    "a name that no actor has",
    "tools:\n  - {name: a, route: [../b]}\n",
    /^t\.yaml:9:27 ASYA-E012 .*an actor's name/,
  ],
  [
    "an end actor in a route",
    "tools:\n  - {name: a, route: [x, happy-end]}\n",
    /^t\.yaml:9:30 ASYA-E012 .*no route names an end actor/,
  ],
  [
    "a type that no parameter has",
    "tools:\n  - {name: a, route: [x], parameters: {p: {type: text}}}\n",
    /^t\.yaml:9:54 ASYA-E012 .*type must be one of/,
  ],
  [
    "a tool's name twice",
    "tools:\n  - {name: a, route: [x]}\n  - {name: a, route: [x]}\n",
    /^t\.yaml:10:16 ASYA-E050 .*"a" already, at t\.yaml:9 - /,
  ],
  [
    "a route that is not declared",
    "routes: {pages: [x]}\ntools:\n  - {name: a, route: page}\n",
    /^t\.yaml:10:26 ASYA-E051 .*did you mean "pages"\?$/,
  ],
])("%s is an error, as for the gateway", async (_what, file, expected) => {
  // An actor elsewhere: the routes' own are not looked for.
  expect(await linesOf({ "a.yaml": actor("x"), "t.yaml": tools(file) })).toEqual([
    expect.stringMatching(expected),
  ]);
});

test("a tool's name is its namespace's, across ConfigMaps, and free in another namespace", async () => {
  const one = tools("tools:\n  - {name: a, route: [x]}\n", "one");
  const two = one.replace("name: one", "name: two");
  const other = one.replace("name: one", "name: three\n  namespace: other");
  expect(await linesOf({ "1.yaml": one, "2.yaml": two, "3.yaml": other })).toEqual([
    '2.yaml:9:16 ASYA-E050 data["tools.yaml"].tools[0].name: its namespace has a tool "a" already, at 1.yaml:9 - rename or remove one of the two',
  ]);
});

test("keys and labels that make no tools are warned about; other ConfigMaps are nobody's business", async () => {
  const good = tools("tools:\n  - {name: a, route: [x]}\n");
  expect(await linesOf({ "t.yaml": good.replace("tools.yaml: |", "tools.yml: |") })).toEqual([
    't.yaml:7:14 ASYA-W003 data["tools.yml"]: is not read: only keys that end in .yaml are files of tools - rename it to tools.yaml',
    expect.stringMatching(/^t\.yaml:6:1 ASYA-W003 data: has the label asya\.sh\/tools, and no key/),
  ]);
  expect(await linesOf({ "t.yaml": good.replace('"true"', '"yes"') })).toEqual([
    expect.stringMatching(/^t\.yaml:5:27 ASYA-W003 .*only "true" makes tools of a ConfigMap \(got "yes"\)/),
  ]);
  const unlabelled = good.replace("asya.sh/tools", "other.example/tools").replace("- {name", "- {nam");
  expect(await linesOf({ "t.yaml": unlabelled })).toEqual([]);
});

const route = (...names: string[]) => tools(`tools:\n  - {name: t, route: [${names.join(", ")}]}\n`);

test("an actor of a route that is not in the folder is a warning, with the nearest one that is", async () => {
  const files = { "a.yaml": actors("split", "read"), "t.yaml": route("split", "raed", "elsewhere") };
  expect(await linesOf(files)).toEqual([
    't.yaml:9:34 ASYA-W012 data["tools.yaml"].tools[0].route[1]: the folder has no actor "raed" - did you mean "read"?',
    expect.stringMatching(/^t\.yaml:9:40 ASYA-W012 .*"elsewhere" - add it, or correct the route/),
    expect.stringMatching(/^a\.yaml:16:18 ASYA-I002 metadata\.name: no route that the folder declares/),
  ]);
});

test("a folder without any actor of the namespace says nothing about a route's actors", async () => {
  const elsewhere = actor("other").replace("{name: other}", "{name: other, namespace: other}");
  expect(await linesOf({ "t.yaml": route("split", "read") })).toEqual([]);
  expect(await linesOf({ "a.yaml": elsewhere, "t.yaml": route("split", "read") })).toEqual([]);
});

test("a step outside of the sender's access is an error that names both places", async () => {
  const sender = actor("split", { sendTo: "[store]" });
  const files = {
    "a.yaml": `${sender}---\n${actors("read", "store")}`,
    "t.yaml": route("split", "read", "store"),
  };
  expect(await linesOf(files)).toEqual([
    't.yaml:9:34 ASYA-E052 data["tools.yaml"].tools[0].route[1]: split (a.yaml:1) may send to store, and route "t" sends it on to read - add read to spec.access.sendTo of split, or take another route',
  ]);
  const closed = { ...files, "a.yaml": files["a.yaml"].replace("[store]", "[]") };
  expect(await linesOf(closed)).toEqual([expect.stringContaining("may send to end actors only, and route")]);
  const allowed = { ...files, "a.yaml": files["a.yaml"].replace("[store]", "[read, split]") };
  expect(await linesOf(allowed)).toEqual([]);
});

test("an actor may always follow itself: its own queue is open to it", async () => {
  const files = { "a.yaml": actor("split", { sendTo: "[]" }), "t.yaml": route("split", "split") };
  expect(await linesOf(files)).toEqual([]);
});

test("access that a flavor or the platform gives counts, unless the actor has words of its own", async () => {
  const flavor = `apiVersion: apiextensions.crossplane.io/v1beta1
kind: EnvironmentConfig
metadata: {name: closed, labels: {asya.sh/flavor: closed}}
data: {access: {sendTo: []}}
`;
  const flavored = actor("split").replace("spec:\n", "spec:\n  flavors: [closed]\n");
  const files = {
    "a.yaml": `${flavored}---\n${actor("read")}`,
    "f.yaml": `${flavor}---\n${PLATFORM}`,
    "t.yaml": route("split", "read"),
  };
  expect(await linesOf(files)).toEqual([
    expect.stringMatching(
      /^t\.yaml:9:34 ASYA-E052 .*split \(by its flavors or the platform's defaults\) may send to end actors only/,
    ),
  ]);
  const own = flavored.replace("  workload:", "  access: {sendTo: [read]}\n  workload:");
  expect(await linesOf({ ...files, "a.yaml": `${own}---\n${actor("read")}` })).toEqual([]);
});

test("neighbours of a route, successors by access and end actors are on one transport", async () => {
  const sqs = (name: string) => actor(name, { transport: "sqs" });
  const files = { "a.yaml": `${actor("split")}---\n${sqs("read")}`, "t.yaml": route("split", "read") };
  expect(await linesOf(files)).toEqual([
    't.yaml:9:34 ASYA-E053 data["tools.yaml"].tools[0].route[1]: read is on transport sqs, and split sends to it on rabbitmq - put both on one transport',
  ]);
  const byAccess = `${actor("split", { sendTo: "[read]" })}---\n${sqs("read")}`;
  expect(await linesOf({ "a.yaml": byAccess })).toEqual([
    expect.stringMatching(/^a\.yaml:6:12 ASYA-E053 spec\.access\.sendTo: read is on transport sqs/),
  ]);
  const ends = `${actor("split")}---\n${sqs("happy-end")}---\n${sqs("error-end")}`;
  expect(await linesOf({ "a.yaml": ends })).toEqual([
    expect.stringMatching(/^a\.yaml:5:14 ASYA-E053 spec\.transport: happy-end is on transport sqs/),
    expect.stringMatching(/^a\.yaml:5:14 ASYA-E053 spec\.transport: error-end is on transport sqs/),
  ]);
});

test("what the platform turns off, limits or does not have is an error at the actor of a route", async () => {
  const platform = PLATFORM.replace("type: rabbitmq", "type: rabbitmq\n      enabled: false");
  const large = actor("read", { transport: "other" }).replace(
    "  workload:",
    "  scaling: {enabled: true, maxReplicas: 100}\n  workload:",
  );
  const flavored = actor("store", { transport: "other" }).replace("spec:\n", "spec:\n  flavors: [gpu]\n");
  const second = platform.replace(
    "  transports:\n",
    `  limits: {maxReplicas: 10}\n  transports:\n    other:\n${OTHER}`,
  );
  const files = {
    "a.yaml": [actor("split"), large, flavored].join("---\n"),
    "p.yaml": second,
    "t.yaml": tools("tools:\n  - {name: t, route: [read, store]}\n  - {name: u, route: [split]}\n"),
  };
  expect((await linesOf(files)).map((line) => line.replace(/ - .*$/, ""))).toEqual([
    expect.stringMatching(/ASYA-E023 spec\.transport: the platform has turned this transport off/),
    expect.stringMatching(
      /ASYA-E026 spec\.scaling\.maxReplicas: is over the platform's limits\.maxReplicas 10/,
    ),
    expect.stringMatching(/ASYA-E024 spec\.flavors\[0\]: no EnvironmentConfig is the flavor "gpu"/),
  ]);
});

test("actors that may send only to each other, and where no route ends, are a circle without a way out", async () => {
  const folder = [
    actor("start", { sendTo: "[plan, store]" }),
    actor("plan", { sendTo: "[act]" }),
    actor("act", { sendTo: "[plan]" }),
    actor("store", { sendTo: "[]" }),
  ].join("---\n");
  const files = { "a.yaml": folder, "t.yaml": route("start", "store") };
  expect(await linesOf(files)).toEqual([
    expect.stringMatching(/^a\.yaml:20:12 ASYA-W013 spec\.access\.sendTo: .*: plan -> act -> plan - /),
    expect.stringMatching(/^a\.yaml:34:12 ASYA-W013 spec\.access\.sendTo: .*: act -> plan -> act - /),
  ]);
  const ends = tools(
    "tools:\n  - {name: t, route: [start, store]}\n  - {name: u, route: [start, plan, act]}\n",
  );
  expect(await linesOf({ ...files, "t.yaml": ends })).toEqual([]);
  const out = folder.replace("sendTo: [act]", "sendTo: [act, store]");
  expect(await linesOf({ ...files, "a.yaml": out })).toEqual([]);
});

test("an actor that no route and no access leads to is a note, end actors never", async () => {
  const folder = [
    actor("split", { sendTo: "[read]" }),
    actors("read", "alone", "happy-end", "error-end"),
  ].join("---\n");
  expect(await linesOf({ "a.yaml": folder, "t.yaml": route("split") })).toEqual([
    expect.stringMatching(/^a\.yaml:30:18 ASYA-I002 metadata\.name: no route/),
  ]);
  expect(await linesOf({ "a.yaml": folder })).toEqual([]);
});

test("ajv judges files of tools by the same schema as we do", async () => {
  const accepts = new Ajv({ allowUnionTypes: true, strict: false }).compile(TOOLS_SCHEMA);
  const files = [
    COMPLETE,
    SOON,
    "tools: []\n",
    "tools:\n  - {name: a, route: b, parameters: {p: {type: array, items: {}}}}\n",
  ];
  const [ours, theirs]: [boolean[], boolean[]] = [[], []];
  for (const file of files) {
    const lines = await linesOf({ "a.yaml": actors("split", "read", "store"), "t.yaml": tools(file) });
    ours.push(!lines.some((line) => / ASYA-E01\d /.test(line)));
    theirs.push(accepts(parse(file)));
  }
  expect(ours).toEqual(theirs);
  expect(ours).toEqual([true, false, false, false]);
});
