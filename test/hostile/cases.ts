import packageSettings from "../../package.json" with { type: "json" };
import type { Entry } from "./plugin-process.ts";

export interface BadCase {
  files: Readonly<Record<string, Entry>>;
  /** The errors, in order: how each line begins. */
  errors: readonly string[];
}

export interface GoodCase {
  files: Readonly<Record<string, Entry>>;
  objects: readonly unknown[];
}

const MEBIBYTE = 2 ** 20;

const configMap = (name: string, data = "") =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${data}`;

const actor = (
  name: string,
  { spec = "", container = "asya-runtime", more = "" } = {},
) => `apiVersion: asya.sh/v1alpha1
kind: AsyncActor
metadata:
  name: ${name}
spec:
  transport: rabbitmq
${spec}  workload:
    template:
      spec:
        containers:
          - name: ${container}
            image: example.com/app:1
            env: [{name: ASYA_HANDLER, value: app.handler}]
${more}`;

/** Nine aliases of nine aliases, and so on: 9^20 nodes. */
const bomb = () => {
  const levels = Array.from(
    { length: 20 },
    (_, i) => `  a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(", ")}]\n`,
  );
  return configMap("bomb", `data:\n  a0: &a0 [x, x, x, x, x, x, x, x, x]\n${levels.join("")}`);
};

/** What the issue that founded this project names. */
export const NAMED: Readonly<Record<string, BadCase>> = {
  "not YAML": {
    files: { "a.yaml": "this is: not: yaml\n- at all\n" },
    errors: ["a.yaml:1:10 ASYA-E001", "a.yaml:2:1 ASYA-E001"],
  },
  "an empty folder": { files: {}, errors: [".:1:1 ASYA-E004"] },
  "a file of 50 MB": {
    files: { "a.yaml": configMap("a"), "big.yaml": Buffer.alloc(50_000_000, configMap("big")) },
    errors: ["big.yaml:1:1 ASYA-E003"],
  },
  "a YAML bomb": { files: { "bomb.yaml": bomb() }, errors: ["bomb.yaml:12:42 ASYA-E003"] },
  "duplicate keys": {
    files: {
      "a.yaml": configMap("a", 'data:\n  a: "1"\n  "a": "2"\n'),
      "b.json": '{"apiVersion": "v1", "metadata": {"name": "b"}, "kind": "X",\n "kind": "Y"}',
    },
    errors: ["a.yaml:7:3 ASYA-E002", "b.json:2:2 ASYA-E002"],
  },
  "duplicate actors": {
    files: { "a.yaml": actor("one"), "deep/b.yaml": `${configMap("x")}---\n${actor("one")}` },
    errors: ["deep/b.yaml:9:9 ASYA-E009 metadata.name: AsyncActor/one is defined already at a.yaml:1"],
  },
  tabs: { files: { "a.yaml": configMap("a", "data:\n\ta: 1\n") }, errors: ["a.yaml:6:1 ASYA-E001 a tab"] },
  "a symlink that leaves the folder": {
    files: { "a.yaml": configMap("a"), "hosts.yaml": { link: "/etc/hosts" }, up: { link: ".." } },
    errors: ["hosts.yaml:1:1 ASYA-E005", "up:1:1 ASYA-E005"],
  },
  "an unknown field": {
    files: { "a.yaml": actor("a", { spec: "  scalling: {enabled: true}\n" }) },
    errors: ["a.yaml:7:3 ASYA-E010 spec.scalling:"],
  },
  "an unknown field of the pod template": {
    files: { "a.yaml": actor("a", { more: "            imagePullPolice: Always\n" }) },
    errors: ["a.yaml:14:13 ASYA-E030 spec.workload.template.spec.containers[0].imagePullPolice:"],
  },
  "a wrong type": {
    files: { "a.yaml": actor("a", { spec: "  scaling:\n    maxReplicas: ten\n" }) },
    errors: ["a.yaml:8:18 ASYA-E011 spec.scaling.maxReplicas:"],
  },
  "no runtime container": {
    files: { "a.yaml": actor("a", { container: "app" }) },
    errors: [
      "a.yaml:10:9 ASYA-E014 spec.workload.template.spec.containers: exactly one container must be named asya-runtime",
    ],
  },
  "two runtime containers": {
    files: { "a.yaml": actor("a", { more: "          - {name: asya-runtime, image: b}\n" }) },
    errors: ["a.yaml:10:9 ASYA-E014 spec.workload.template.spec.containers:", "a.yaml:14:13 ASYA-E018"],
  },
  "a reserved name": {
    files: { "a.yaml": actor("a", { more: "          - {name: asya-sidecar, image: b}\n" }) },
    errors: [
      "a.yaml:10:9 ASYA-E014 spec.workload.template.spec.containers: the container name asya-sidecar is reserved",
    ],
  },
  "a name of 55 characters": {
    files: { "a.yaml": actor("a".repeat(55)) },
    errors: ["a.yaml:4:9 ASYA-E014 metadata.name:"],
  },
  "a name with a dot": { files: { "a.yaml": actor("a.b") }, errors: ["a.yaml:4:9 ASYA-E014 metadata.name:"] },
  "a name that ends in -dlq": {
    files: { "a.yaml": actor("a-dlq") },
    errors: ["a.yaml:4:9 ASYA-E014 metadata.name:"],
  },
  "bytes that are no UTF-8": {
    files: {
      "a.yaml": Buffer.from(configMap("a", 'data:\n  "\u00e9": b\n'), "latin1"),
      "b.yaml": Buffer.from("\uFEFFa: 1", "utf16le"),
    },
    errors: ["a.yaml:6:4 ASYA-E006 the byte 0xe9", "b.yaml:1:1 ASYA-E006 the byte 0xff"],
  },
  "__proto__ keys": {
    files: {
      "a.yaml": configMap("a", "data:\n  __proto__: {}\n"),
      "b.json": '{"apiVersion": "v1", "kind": "X", "metadata": {"name": "b", "__proto__": {"x": 1}}}',
    },
    errors: ["a.yaml:6:3 ASYA-E008", "b.json:1:61 ASYA-E008"],
  },
};

/** What else tries to take memory, time or somebody's trust. */
export const OTHERS: Readonly<Record<string, BadCase>> = {
  "brackets without end": {
    files: { "a.yaml": configMap("a", `data: ${"[".repeat(5_000_000)}`) },
    errors: ["a.yaml:5:207 ASYA-E003 nested deeper than 200 levels"],
  },
  "dashes without end": {
    files: { "a.yaml": "- ".repeat(5_000_000) },
    errors: ["a.yaml:1:403 ASYA-E003 nested deeper than 200 levels"],
  },
  "objects in objects without end": {
    files: { "a.json": '{"a":'.repeat(1_000_000) },
    errors: ["a.json:1:1006 ASYA-E003 nested deeper than 200 levels"],
  },
  "a chain of aliases": {
    files: {
      "a.yaml": configMap(
        "a",
        `data:\n  a0: &a0 [x]\n${Array.from({ length: 5_000 }, (_, i) => `  a${i + 1}: &a${i + 1} [*a${i}]\n`).join("")}`,
      ),
    },
    errors: ["a.yaml:203:16 ASYA-E003 aliases nest deeper than 200 levels"],
  },
  "a merge of a thousand members five thousand times": {
    files: {
      "a.yaml": configMap(
        "a",
        `base: &b {${Array.from({ length: 1_000 }, (_, i) => `k${i}: v`).join(", ")}}\n${Array.from({ length: 5_000 }, (_, i) => `d${i}: {<<: *b}\n`).join("")}`,
      ),
    },
    errors: [
      "a.yaml:306:12 ASYA-E003 this document has more than 300000 members",
      "a.yaml:1429:13 ASYA-E003 aliases expand to more than",
    ],
  },
  "a long key ten thousand times": {
    files: {
      "a.yaml": configMap(
        "a",
        `data:\n  a: &a {${"k".repeat(100_000)}: v}\n  b: [${Array(10_000).fill("*a").join(", ")}]\n`,
      ),
    },
    errors: ["a.yaml:7:339 ASYA-E003 aliases expand to more than"],
  },
  "a long text a thousand times": {
    files: {
      "a.yaml": configMap(
        "a",
        `data:\n  a: &a "${"x".repeat(1_000_000)}"\n  b: [${Array(1_000).fill("*a").join(", ")}]\n`,
      ),
    },
    errors: ["a.yaml:7:39 ASYA-E003 aliases expand to more than"],
  },
  "four million document ends": {
    files: { "a.yaml": "...\n".repeat(4_000_000) },
    errors: ["a.yaml:200000:1 ASYA-E003 here the folder has more than 200000 documents"],
  },
  "a typo of a million characters": {
    files: { "a.yaml": actor("a", { spec: `  "${"scaling".repeat(150_000)}": 1\n` }) },
    errors: ['a.yaml:7:3 ASYA-E010 spec["scalingscaling'],
  },
  "names that would colour a terminal or stand for another finding": {
    files: { "a\nb.yaml:1:1 ASYA-E001 c.yaml": "x: [", "\u001b[31mred.yaml": "x: [" },
    errors: ["\uFFFD[31mred.yaml:1:5 ASYA-E001 a", "a b.yaml:1:1 ASYA-E001 c.yaml:1:5 ASYA-E001 a"],
  },
  "sixteen megabytes of line feeds": {
    files: { "a.yaml": "\n".repeat(15 * MEBIBYTE) },
    errors: [".:1:1 ASYA-E004"],
  },
  "a literal block of fifteen million lines": {
    files: { "a.yaml": configMap("a", `data:\n  a: |\n    x\n${"\n".repeat(15 * MEBIBYTE)}  b: 1\n`) },
    errors: ["a.yaml:300001:1 ASYA-E003 this document has more than 300000 members"],
  },
  "a quote that is never closed": {
    files: { "a.yaml": configMap("a", `data:\n  a: "${"x ".repeat(7 * MEBIBYTE)}`) },
    errors: ["a.yaml:6:6 ASYA-E003 this value has more than"],
  },
  "five million empty objects": {
    files: { "a.json": `[${"{},".repeat(5_000_000)}{}]` },
    errors: ["a.json:1:900002 ASYA-E003 this document has more than 300000 members"],
  },
  "five million anchors": {
    files: { "a.yaml": "&a ".repeat(5_000_000) },
    errors: ["a.yaml:1:180000 ASYA-E003 this document has more than 120000 tokens"],
  },
  "a million keys": {
    files: {
      "a.yaml": configMap(
        "a",
        `data:\n${Array.from({ length: 1_000_000 }, (_, i) => `  k${i}: v\n`).join("")}`,
      ),
    },
    errors: ["a.yaml:300001:12 ASYA-E003 this document has more than 300000 members"],
  },
  "a million documents that are no objects": {
    files: { "a.yaml": "---\nx: 1\n".repeat(1_000_000) },
    errors: Array.from({ length: 200 }, (_, i) => `a.yaml:${2 + 2 * i}:1 ASYA-E007`),
  },
  "fifteen million backslashes": {
    files: { "a.json": `{"a": "${"\\".repeat(15 * MEBIBYTE)}` },
    errors: ["a.json:1:7 ASYA-E003 this value has more than"],
  },
  "links in a circle": {
    files: { "a.yaml": configMap("a"), "d/up": { link: "../d" }, "x.yaml": { link: "x.yaml" } },
    errors: ["d/up:1:1 ASYA-E005", "x.yaml:1:1 ASYA-E005"],
  },
  "a Secret with mistakes": {
    files: {
      "a.yaml":
        'apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  p: hunter2: x\n  q: !x hunter2\n  r: "hunter2\n',
    },
    errors: ["a.yaml:6:6 ASYA-E001", "a.yaml:8:6 ASYA-E001"],
  },
};

const objectOf = (name: string, data?: unknown) => {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, ...(data === undefined ? {} : { data }) };
};
const numbered = (count: number) => Array.from({ length: count }, (_, i) => `c${String(i).padStart(5, "0")}`);

/** Forty-eight lines of a hundred characters. */
const page = `${"x".repeat(99)}\n`.repeat(48);
const pages = numbered(9_900).map((name) =>
  configMap(name, `data:\n  a: |\n${page.replaceAll(/^/gm, "    ").trimEnd()}\n`),
);
const image = `example.com/${"x".repeat(600)}`;
const actorObject = (name: string) => {
  const env = [{ name: "ASYA_HANDLER", value: "app.handler" }];
  const containers = [
    { name: "asya-runtime", image: "example.com/app:1", env },
    { name: "other", image },
  ];
  const spec = { transport: "rabbitmq", workload: { template: { spec: { containers } } } };
  const annotations = {
    "argocd.argoproj.io/sync-options": "SkipDryRunOnMissingResource=true,ServerSideApply=true",
    "argocd.argoproj.io/sync-wave": "100",
    "asya.sh/plugin-version": `v${packageSettings.version}`,
    "asya.sh/source": "a.yaml",
  };
  return { apiVersion: "asya.sh/v1alpha1", kind: "AsyncActor", metadata: { name, annotations }, spec };
};
const largeActor = (name: string) =>
  actor(name, { more: `          - name: other\n            image: ${image}\n` });

/** Unusual, but right. */
export const GOOD: Readonly<Record<string, GoodCase>> = {
  "10,000 documents in one file": {
    files: {
      "a.yaml": numbered(10_000)
        .map((name) => configMap(name, `data:\n  a: |\n    ${name}\n    two\n`))
        .join("---\n"),
    },
    objects: numbered(10_000).map((name) => objectOf(name, { a: `${name}\ntwo\n` })),
  },
  "10,000 documents with anchors and merge keys": {
    files: {
      "a.yaml": numbered(10_000)
        .map((name) => configMap(name, `base: &b {a: "1", b: "2"}\ndata: {<<: *b, b: "3"}\n`))
        .join("---\n"),
    },
    objects: numbered(10_000).map((name) => {
      return { ...objectOf(name), base: { a: "1", b: "2" }, data: { a: "1", b: "3" } };
    }),
  },
  JSON: {
    files: {
      "a.json": `{\n\t"apiVersion": "v1",\n\t"kind": "ConfigMap",\n\t"metadata": {"name": "a"},\n\t"data": {"x": "\\u00e9\\/\\n"}\n}\n`,
      "b.json": `${JSON.stringify(objectOf("b"))}\n${JSON.stringify(objectOf("c"))}\n`,
    },
    objects: [objectOf("a", { x: "é/\n" }), objectOf("b"), objectOf("c")],
  },
  CRLF: {
    files: {
      "a.yaml": `${configMap("a", "data:\n  x: |\n    one\n    two\n")}---\n${configMap("b")}`.replaceAll(
        "\n",
        "\r\n",
      ),
    },
    objects: [objectOf("a", { x: "one\ntwo\n" }), objectOf("b")],
  },
  "a byte order mark, comments and empty documents": {
    files: {
      "a.yaml": `\uFEFF# one\n---\n# two\n---\n\n${configMap("a", "# three\ndata: # four\n  # five\n  x: y#z # six\n")}# seven\n---\n...\n`,
    },
    objects: [objectOf("a", { x: "y#z" })],
  },
  "lists of kind List, in each other": {
    files: {
      "a.yaml": `apiVersion: v1\nkind: List\nitems:\n- ${configMap("b").trim().replaceAll("\n", "\n  ")}\n- kind: List\n  items: [${JSON.stringify(objectOf("a"))}]\n`,
      "b.json": JSON.stringify({ apiVersion: "v1", kind: "ConfigMapList", items: [objectOf("c")] }),
      "empty.yaml": "apiVersion: v1\nkind: List\nitems: []\n",
    },
    objects: [objectOf("a"), objectOf("b"), objectOf("c")],
  },
  "48 MiB of ConfigMaps": {
    files: {
      "a.yaml": pages.slice(0, 3_300).join("---\n"),
      "b.yaml": pages.slice(3_300, 6_600).join("---\n"),
      "c.yaml": pages.slice(6_600).join("---\n"),
    },
    objects: numbered(9_900).map((name) => objectOf(name, { a: page })),
  },
  "15,000 actors in 16 MB": {
    files: { "a.yaml": numbered(15_000).map(largeActor).join("---\n") },
    objects: numbered(15_000).map(actorObject),
  },
  "one List of 10,000 actors": {
    files: {
      "a.yaml": `kind: List\nitems:\n${numbered(10_000)
        .map((name) => `- ${largeActor(name).trim().replaceAll("\n", "\n  ")}\n`)
        .join("")}`,
    },
    objects: numbered(10_000).map(actorObject),
  },
  "words that YAML 1.1 takes for others": {
    files: { "a.yaml": configMap("a", "data: {on: yes, mode: 0644, when: 2001-01-01, at: 12:30, no: ~}\n") },
    objects: [objectOf("a", { true: true, mode: 420, when: "2001-01-01", at: "12:30", false: null })],
  },
};
