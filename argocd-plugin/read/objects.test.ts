import { expect, test } from "vitest";
import { formatFinding } from "../../core/finding.ts";
import { objectsIn } from "./objects.ts";

const object = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });

test("lists are taken apart, lists in lists too, and each item knows its place", () => {
  const list = {
    apiVersion: "v1",
    kind: "List",
    items: [object("a"), { kind: "ConfigMapList", items: [object("b")] }],
  };
  expect(objectsIn(list)).toEqual({
    objects: [
      { object: object("a"), base: ["items", 0] },
      { object: object("b"), base: ["items", 1, "items", 0] },
    ],
    findings: [],
  });
  expect(objectsIn({ kind: "List", items: null })).toEqual({ objects: [], findings: [] });
});

test("an object whose kind ends in List but has no items is an object", () => {
  const allowList = { apiVersion: "example.com/v1", kind: "AllowList", metadata: { name: "x" } };
  expect(objectsIn(allowList).objects).toEqual([{ object: allowList, base: [] }]);
});

test("generateName is a name", () => {
  const job = { apiVersion: "batch/v1", kind: "Job", metadata: { generateName: "x-" } };
  expect(objectsIn(job).objects).toHaveLength(1);
});

const NO_OBJECTS: readonly (readonly [string, unknown, string])[] = [
  ["Helm values", { replicas: 3 }, "ASYA-E007 has no apiVersion and no kind - keep only Kubernetes objects"],
  ["a list", [object("a")], "ASYA-E007 must be a Kubernetes object (got a list)"],
  ["text", "x", "ASYA-E007 must be a Kubernetes object (got a single value)"],
  ["no kind", { apiVersion: "v1", metadata: { name: "a" } }, "ASYA-E007 kind: is missing"],
  ["no name", { apiVersion: "v1", kind: "X", metadata: {} }, "ASYA-E007 metadata.name: is missing"],
  [
    "a name that YAML reads as a number",
    { ...object(""), metadata: { name: 7 } },
    "ASYA-E007 metadata.name: must be text (got 7) - put it in quotes",
  ],
];

test("namespace, labels and annotations are text too", () => {
  const metadata = {
    name: "a",
    namespace: false,
    labels: { app: "x", version: 2 },
    annotations: { on: true, off: null },
  };
  const { findings } = objectsIn({ ...object("a"), metadata });
  expect(findings.map(formatFinding)).toEqual([
    "ASYA-E007 metadata.namespace: must be text (got false) - put it in quotes",
    "ASYA-E011 metadata.labels.version: must be text (got 2) - put it in quotes",
    "ASYA-E011 metadata.annotations.on: must be text (got true) - put it in quotes",
  ]);
});

test("no value of a Secret is shown", () => {
  const { findings } = objectsIn({
    ...object("a"),
    kind: "Secret",
    metadata: { name: 5, annotations: { pin: 4711 } },
  });
  expect(findings.map(formatFinding)).toEqual([
    "ASYA-E007 metadata.name: must be text - put it in quotes",
    "ASYA-E011 metadata.annotations.pin: must be text - put it in quotes",
  ]);
});

test.each(NO_OBJECTS)("%s is no Kubernetes object", (_what, value, line) => {
  const { objects, findings } = objectsIn(value);
  expect(objects).toEqual([]);
  expect(findings.map(formatFinding)).toEqual([expect.stringContaining(line)]);
});
