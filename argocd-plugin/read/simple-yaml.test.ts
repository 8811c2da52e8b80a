import fc from "fast-check";
import { expect, test } from "vitest";
import { readFullYaml } from "./full-yaml.ts";
import { LIMITS } from "./limits.ts";
import { readSimpleYaml } from "./simple-yaml.ts";

function simple(text: string): unknown {
  const read = readSimpleYaml(text);
  return read !== undefined && read !== "empty" && "value" in read ? read.value : read;
}

test("an actor as people write it needs no other parser", () => {
  const text = `---
# What it does.
apiVersion: asya.sh/v1alpha1   # the API
kind: AsyncActor
metadata:
  name: "text-classifier"
  labels: {team: nlp, "on": 'it''s'}
spec:
  scaling: {}
  workload:
    template:
      spec:
        containers:
        - name: asya-runtime
          args: ["--batch", --fp16, '3']
          command:
            - sh
            - -c
            - |
              set -e

                echo "a: b" # no comment
          env:
            - name: MODE
              value: 0644

            - name: EMPTY
              value:
`;
  expect(simple(text)).toEqual({
    apiVersion: "asya.sh/v1alpha1",
    kind: "AsyncActor",
    metadata: { name: "text-classifier", labels: { team: "nlp", on: "it's" } },
    spec: {
      scaling: {},
      workload: {
        template: {
          spec: {
            containers: [
              {
                name: "asya-runtime",
                args: ["--batch", "--fp16", "3"],
                command: ["sh", "-c", 'set -e\n\n  echo "a: b" # no comment\n'],
                env: [
                  { name: "MODE", value: 420 },
                  { name: "EMPTY", value: null },
                ],
              },
            ],
          },
        },
      },
    },
  });
});

test("CRLF line ends and indented JSON are in the subset", () => {
  expect(simple("a:\r\n  - b\r\n  - c: |\r\n      x\r\n      y\r\n")).toEqual({ a: ["b", { c: "x\ny\n" }] });
  expect(simple('{\n\t"a": [1, true, null, "\\u00e9\\n"],\n\t"b": {"c":-1.5e3}\n}\n')).toEqual({
    a: [1, true, null, "é\n"],
    b: { c: -1500 },
  });
});

const UNUSUAL = [
  "a: 1\na: 2",
  "__proto__: 1",
  "a: &x 1",
  "a: *x",
  "a: !!str 1",
  "<<: {a: 1}",
  "a: >\n  folded\n",
  "a: several\n  lines",
  'a: "several\n  lines"',
  "a: b: c",
  "a:\n\tb: 1",
  "a: |\n\tx\n",
  "a: 9007199254740993",
  "a: .inf",
  "%YAML 1.2\n---\na: 1",
  "a:\n  - b\n c: d",
  "a: 1\n b: 2",
  "a: [1",
  "just text",
];

test.each(UNUSUAL)("%j is left to the full parser", (text) => {
  expect(readSimpleYaml(text)).toBeUndefined();
});

const FRAGMENTS = [
  ..."ab1-:#,[]{}'\"|>&*!%@~?= \n\r\t.+_0\\é",
  ..."abc \n",
  "  ",
  "    ",
  "- ",
  ": ",
  " #",
  "\n\n",
  "\n  ",
  "\n    ",
  "\n- ",
  "\n  - ",
  "a: ",
  "b:\n",
  '"c": ',
  "'d'",
  "|\n",
  "|-\n",
  "---\n",
  "...\n",
  "null",
  "yes",
  "0x1",
  "1e3",
  "--x",
  "<<: ",
  "\r\n",
  "\u2028",
  "\u0085",
  "\u00a0",
  "\u3000",
];

const lines = fc.array(
  fc.tuple(
    fc.constantFrom("", "  ", "    ", "- ", "  - ", "    - ", "- - "),
    fc.constantFrom("a: ", "b:", "'c': ", '"d": ', "", "0: ", "yes: "),
    fc.constantFrom(
      "x",
      "1",
      "'q'",
      '"r"',
      "[a, b: c]",
      "{a: 1, b: [2]}",
      "|",
      "|-",
      ">",
      "# c",
      "x # c",
      "-",
      "",
      "[",
      "~",
    ),
  ),
  { maxLength: 12 },
);

const texts = fc.oneof(
  fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 30 }).map((parts) => parts.join("")),
  lines.map((parts) => parts.map((line) => line.join("")).join("\n")),
  lines.map((parts) => parts.map((line) => line.join("")).join("\n") + "\n"),
);

test("what the subset reads, the full parser reads as the same value and without a finding", () => {
  let inSubset = 0;
  fc.assert(
    fc.property(texts, (text) => {
      const read = readSimpleYaml(text);
      if (read === undefined) return;
      inSubset++;
      const expected =
        read === "empty" ? { kind: "empty" } : { kind: "value", ...read, problems: [], expansion: 0 };
      expect(readFullYaml(text, LIMITS, LIMITS.expansion)).toEqual(expected);
    }),
    { numRuns: 4_000 },
  );
  expect(inSubset).toBeGreaterThan(400);
});
