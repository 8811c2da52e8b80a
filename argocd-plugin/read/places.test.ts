import { expect, test } from "vitest";
import type { FieldPath } from "../../core/finding.ts";
import { parseDocument } from "./document.ts";
import { LIMITS } from "./limits.ts";
import { locate } from "./places.ts";

const TEXT = `apiVersion: v1
kind: Pod
metadata: {name: x, labels: {app.kubernetes.io/name: "y"}}
spec:
  containers:
    - name: one
      ports: [80, 81]
    -
      name: two
      args:
      - "--x"
  empty:
`;

async function locator(text: string, base: FieldPath = []) {
  await parseDocument(text, LIMITS, LIMITS.expansion);
  const document = { file: "a.yaml", text: () => text, firstLine: 11, limits: LIMITS };
  return (path: FieldPath, at: "key" | "value" = "value") => {
    const { line, column } = locate(document, [...base, ...path], at);
    return `${line}:${column}`;
  };
}

const PLACES: readonly (readonly [string, FieldPath, string, string])[] = [
  ["a scalar: its value", ["kind"], "12:7", "12:1"],
  ["in a flow mapping", ["metadata", "name"], "13:18", "13:12"],
  ["a key with dots", ["metadata", "labels", "app.kubernetes.io/name"], "13:54", "13:30"],
  ["a mapping or list: its key", ["spec", "containers"], "15:3", "15:3"],
  ["an item: where it begins", ["spec", "containers", 0], "16:7", "16:7"],
  ["an item of a flow list", ["spec", "containers", 0, "ports", 1], "17:19", "17:19"],
  ["an item after a lone dash", ["spec", "containers", 1, "name"], "19:13", "19:7"],
  ["a list as deep as its key", ["spec", "containers", 1, "args", 0], "21:9", "21:9"],
  ["a value that is empty", ["spec", "empty"], "22:9", "22:3"],
  [
    "a field that is missing: the nearest that is there",
    ["spec", "containers", 1, "image", "x"],
    "19:7",
    "19:7",
  ],
  ["the object", [], "11:1", "11:1"],
];

test.each(PLACES)("place of %s", async (_what, path, value, key) => {
  const locate = await locator(TEXT);
  expect([locate(path), locate(path, "key")]).toEqual([value, key]);
});

test("places are the same where the full parser reads the document", async () => {
  const simple = await locator(TEXT);
  const full = await locator(`${TEXT}anchor: &a !!str b\n`);
  for (const [, path] of PLACES) expect(full(path, "key")).toBe(simple(path, "key"));
  expect(full(["anchor"])).toBe("23:18");
});

test("an item of a list is placed from its own root", async () => {
  const text = "kind: List\nitems:\n- kind: A\n- kind: B\n  metadata: {name: b}\n";
  const locate = await locator(text, ["items", 1]);
  expect([locate([]), locate(["metadata", "name"]), locate(["spec"])]).toEqual(["14:3", "15:20", "14:3"]);
});

test("what comes with an alias or a merge stands where it was written", async () => {
  const locate = await locator("base: &b\n  x: 1\nuse: *b\nmerged:\n  <<: *b\n  z: 2\n");
  expect([locate(["use", "x"]), locate(["merged", "x"]), locate(["merged", "z"])]).toEqual([
    "12:6",
    "15:7",
    "16:6",
  ]);
});

test("of a key that stands there twice the last one is meant, as it is in the value", async () => {
  const locate = await locator("a: 1\nb: 2\na: 3\n");
  expect(locate(["a"])).toBe("13:4");
});
