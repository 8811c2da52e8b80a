import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { actor, actors, checkedFolder, linesOf, tools } from "../../test/tools-folder.ts";
import { TOOLS_SCHEMA } from "./tools-schema.ts";

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
  const { lines, routes } = await checkedFolder(files);
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
    /^t\.yaml:10:16 ASYA-E050 .*"a" already: tools\[0\] of tools\.yaml in ConfigMap\/tools, t\.yaml - /,
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
    '2.yaml:9:16 ASYA-E050 data["tools.yaml"].tools[0].name: its namespace has a tool "a" already: tools[0] of tools.yaml in ConfigMap/one, 1.yaml - rename or remove one of the two',
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
