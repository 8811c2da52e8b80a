import type { BadCase, GoodCase } from "./cases.ts";

const GIBIBYTE = 2 ** 30;

const many = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index));

/** A file of tools begins at line 8, indented by 4. */
const tools = (name: string, file: string) => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  labels: {asya.sh/tools: "true"}
data:
  t.yaml: |
${file.replaceAll(/^(?=.)/gm, "    ")}
`;

const actor = (name: string, spec = "") => `apiVersion: asya.sh/v1alpha1
kind: AsyncActor
metadata: {name: ${name}}
spec:
  transport: rabbitmq
${spec}  workload: {template: {spec: {containers: [{name: asya-runtime, image: x, env: [{name: ASYA_HANDLER, value: a.b}]}]}}}
`;

const list = (objects: readonly string[]) =>
  `kind: List\nitems:\n${objects.map((text) => `- ${text.trim().replaceAll("\n", "\n  ")}\n`).join("")}`;

const twentyThousand = many(20_000, (i) => `- {name: t${i}, route: [a]}`).join("\n");
const configMaps = list(many(10_000, (i) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c${i}}\n`));
/** As many lines as are printed. */
const printed = (line: (index: number) => string) => many(200, line);

/** Tools, routes and lists that try to take time; and what lies beside the actors. */
export const TOOLS: Readonly<Record<string, BadCase>> = {
  "tools nested without end": {
    files: { "a.yaml": tools("a", `tools: ${"[".repeat(500_000)}`) },
    errors: ['a.yaml:8:212 ASYA-E003 data["t.yaml"]: nested deeper than 200 levels'],
  },
  "a YAML bomb in tools": {
    files: {
      "a.yaml": tools(
        "a",
        `a0: &a0 [x, x, x, x, x, x, x, x, x]\n${many(20, (i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(", ")}]`).join("\n")}`,
      ),
    },
    errors: ['a.yaml:14:44 ASYA-E003 data["t.yaml"]: aliases expand to more than'],
  },
  "an actor's name that a pattern would try in every way": {
    files: { "a.yaml": tools("a", `tools:\n- name: a\n  route: ["${"a-".repeat(400_000)}!"]`) },
    errors: [
      'a.yaml:10:15 ASYA-E012 data["t.yaml"].tools[0].route[0]: route[0] must be at most 54 characters',
    ],
  },
  "tools after a line of spaces without end": {
    files: { "a.yaml": tools("a", `${" ".repeat(900_000)}x`) },
    errors: ['a.yaml:8:900005 ASYA-E011 data["t.yaml"]: it must be a mapping'],
  },
  "more tools than a ConfigMap may have": {
    files: { "a.yaml": tools("a", `tools:\n${"- {name: t, route: [a]}\n".repeat(50_000)}`) },
    errors: ["a.yaml:6:1 ASYA-E003 data: its tools take 1.1 MiB"],
  },
  "twenty thousand tools twice, in two ConfigMaps": {
    files: {
      "a.yaml": tools("a", `tools:\n${twentyThousand}`),
      "b.yaml": tools("b", `tools:\n${twentyThousand}`),
    },
    errors: printed(
      (i) => `b.yaml:${9 + i}:14 ASYA-E050 data["t.yaml"].tools[${i}].name: its namespace has a tool`,
    ),
  },
  "ten thousand routes, and ten thousand tools that take none of them": {
    files: {
      "a.yaml": tools(
        "a",
        `routes:\n${many(10_000, (i) => `  r${i}: [a]`).join("\n")}\ntools:\n${many(10_000, (i) => `- {name: t${i}, route: x${i}}`).join("\n")}`,
      ),
    },
    errors: printed((i) => `a.yaml:${10_010 + i}:`),
  },
  "a list of eight thousand files of tools with a mistake each": {
    files: {
      "a.yaml": list(many(8_000, (i) => tools(`t${i}`, `tools:\n- {name: t${i}, route: [x], z: 1}`))),
    },
    errors: printed((i) => `a.yaml:${11 + 9 * i}:${31 + `${i}`.length} ASYA-E010 data["t.yaml"].tools[0].z:`),
  },
  "a route of fifty thousand steps, none of them allowed": {
    files: {
      "a.yaml": list(many(5_000, (i) => actor(`a${i}`, "  access: {sendTo: []}\n"))),
      "t.yaml": tools(
        "t",
        `tools:\n- name: t\n  route:\n${many(50_000, (i) => `  - a${i % 5_000}`).join("\n")}`,
      ),
    },
    errors: printed((i) => `t.yaml:${12 + i}:9 ASYA-E052 data["t.yaml"].tools[0].route[${i + 1}]:`),
  },
  "ten thousand objects in two lists": {
    files: { "a.yaml": configMaps, "b.yaml": configMaps },
    errors: printed(
      (i) =>
        `b.yaml:${5 + 3 * i}:20 ASYA-E009 metadata.name: ConfigMap/c${i} is defined already at a.yaml:${3 + 3 * i}`,
    ),
  },
  "a YAML file of a gigabyte": {
    files: { "a.yaml": tools("a", "tools: [{name: a, route: [b]}]"), "big.yaml": { bytes: GIBIBYTE } },
    errors: ["big.yaml:1:1 ASYA-E003 a file of 1024.0 MiB is over the limit"],
  },
};

export const BESIDE: Readonly<Record<string, GoodCase>> = {
  "a gigabyte of junk beside an object": {
    files: {
      "a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
      "model.safetensors": { bytes: GIBIBYTE },
      ...Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`data/${i % 50}/${i}.bin`, "x"])),
    },
    objects: [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } }],
  },
};
