import { expect, test } from "vitest";
import { readFullYaml } from "./full-yaml.ts";
import { type Limits, LIMITS } from "./limits.ts";

function valueOf(text: string): unknown {
  const read = readFullYaml(text, LIMITS, LIMITS.expansion);
  expect(read).toMatchObject({ kind: "value", problems: [] });
  return read.kind === "value" ? read.value : undefined;
}

/** `code@offset`: message, for each problem. */
function problemsOf(text: string, limits: Partial<Limits> = {}): string[] {
  const all = { ...LIMITS, ...limits };
  const read = readFullYaml(text, all, all.expansion);
  const problems = read.kind === "empty" ? [] : read.problems;
  return problems.map(({ code, offset, message }) => `${code}@${offset} ${message}`);
}

test("aliases and merge keys are written out; a mapping's own keys win, earlier sources before later ones", () => {
  expect(valueOf("a: &a {x: 1, z: 2}\nb:\n  <<: *a\n  z: 3\nc: *a\nd: {<<: [{x: 5}, *a]}")).toEqual({
    a: { x: 1, z: 2 },
    b: { x: 1, z: 3 },
    c: { x: 1, z: 2 },
    d: { x: 5, z: 2 },
  });
});

test("quoted << is a key like any other, and so is one with a tag", () => {
  expect(valueOf('"<<": {a: 1}')).toEqual({ "<<": { a: 1 } });
  expect(valueOf("!!str <<: 2")).toEqual({ "<<": 2 });
});

test("explicit tags of JSON's types are obeyed, timestamps stay text", () => {
  expect(valueOf("[!!str 12, !!int '3', !!float 1, !!bool yes, !!null ~, ! 5, 2001-01-01]")).toEqual([
    "12",
    3,
    1,
    true,
    null,
    "5",
    "2001-01-01",
  ]);
});

test("folded, literal and quoted scalars over several lines are read as go-yaml reads them", () => {
  expect(valueOf('a: >\n  x\n  y\n\n  z\nb: |+\n  x\n\nc: "x\\\n  y"\nd: |2\n    x\n')).toEqual({
    a: "x y\nz\n",
    b: "x\n\n",
    c: "xy",
    d: "  x\n",
  });
  expect(valueOf("a: |\n  no line feed at the end")).toEqual({ a: "no line feed at the end" });
});

const BROKEN: readonly (readonly [string, string[]])[] = [
  ["a:\n\tb: 1", ["E001@3 a tab stands where YAML wants spaces"]],
  ["a: b: c", ['E001@3 a second ": " or "- " stands on the line of a key']],
  ["a: 1\nb", ['E001@5 the ":" of a key is missing, or is on another line']],
  ["a: *b", ['E001@3 no anchor for the alias "b"']],
  ["a: &b [*b]", ['E001@7 the anchor "b" contains itself']],
  ["a: 'open\nb: 1\n", ["E001@3 this quote is never closed"]],
  ["a: [1, 2\nb: 3\n", ['E001@9 a "[" or "{" before this is not closed']],
  ['a: "\\q"', ["E001@4 invalid escape sequence in double quotes"]],
  ["a: @b", ["E001@3 plain value cannot start with reserved character @"]],
  ["a: !!binary aGk=", ['E001@12 the tag "!!binary" has no meaning in Kubernetes']],
  ["a: !Ref b", ['E001@8 the tag "!Ref" has no meaning in Kubernetes']],
  ["a: !!int x", ["E001@9 the value is no !!int"]],
  ["a: .inf", ["E001@3 JSON has no infinity and no NaN"]],
  ["? [a]\n: b", ["E001@2 a key must be text, not null, a list or a mapping"]],
  ["<<: 3", ["E001@4 << takes a mapping or a list of mappings"]],
  ["a: 1\n'a': 2\n", ['E002@5 the key "a" stands here twice']],
  ["yes: 1\ntrue: 2\n", ['E002@7 the key "true" stands here twice']],
  ["a: 1\n<<: {a: 2}\n", ['E002@9 << brings the key "a" again, and parsers disagree about which one counts']],
  [
    "__proto__: 1\nb: {'__proto__': 2}",
    ['E008@0 the key "__proto__" is reserved', 'E008@17 the key "__proto__" is reserved'],
  ],
  ["a: 9007199254740993", ["E016@3 a whole number above 2^53 is rounded by JSON readers"]],
  ['a: "b\x7f"', ["E001@5 YAML does not allow the control character U+007F"]],
  ["# \x01\na: b", ["E001@2 YAML does not allow the control character U+0001"]],
  ["a: b\u2028c", ["E001@3 a character that only YAML 1.1 takes for the end of a line"]],
  [
    "%YAML 1.2\n---\na: 1",
    ['E001@0 kubectl reads YAML 1.1 and no directive but %YAML 1.1 and %TAG (got "%YAML 1.2")'],
  ],
  [
    "a: 1\n\tb: 2\nc: d: e\n",
    [
      "E001@5 a tab stands where YAML wants spaces",
      'E001@14 a second ": " or "- " stands on the line of a key',
    ],
  ],
];

test.each(BROKEN)("%j is refused where it is wrong", (text, problems) => {
  expect(problemsOf(text)).toEqual(problems);
});

test("no message quotes a value: it may be a Secret's", () => {
  const texts = [
    "p: hunter2: x",
    'p: "hunter2',
    "p: !hunter hunter2",
    'p: "x" hunter2',
    "p: [hunter2",
    "p: |x\n hunter2",
  ];
  for (const text of texts) {
    const problems = problemsOf(text);
    expect(problems).not.toEqual([]);
    expect(problems.join()).not.toContain("hunter2");
  }
});

test("aliases that expand to too much are one finding", () => {
  const bomb = ["a: &a [x, x]", "b: &b [*a, *a]", "c: &c [*b, *b]", "d: [*c, *c, *c]"].join("\n");
  expect(problemsOf(bomb, { expansion: 60 })).toEqual([
    "E003@51 aliases expand to more than 60 characters and nodes",
  ]);
  expect(problemsOf(bomb)).toEqual([]);
});

test("one long text that is repeated counts by its length", () => {
  const text = `a: &a ${"x".repeat(1_000)}\nb: [*a, *a, *a]`;
  expect(problemsOf(text, { expansion: 2_500 })).toEqual([
    "E003@1019 aliases expand to more than 2500 characters and nodes",
  ]);
});

test("nesting is refused before it is built, in all its forms, and through aliases too", () => {
  const limits = { depth: 10 };
  const refused = ["[".repeat(14), "{a: ".repeat(14), "- ".repeat(14), "? ".repeat(14)];
  for (const text of refused) expect(problemsOf(text, limits)[0]).toContain("nested deeper than 10 levels");
  const chain = [
    "a0: &a0 [x]",
    ...Array.from({ length: 11 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}]`),
  ].join("\n");
  expect(problemsOf(chain, limits)).toEqual([expect.stringContaining("aliases nest deeper than 10 levels")]);
});

test("the number of tokens and the length of a scalar are bounded", () => {
  expect(problemsOf("[a,a,a,a,a,a]", { tokens: 10 })).toEqual([
    expect.stringContaining("more than 10 tokens"),
  ]);
  expect(problemsOf(`a: '${"x".repeat(20)}'`, { scalar: 10 })).toEqual([
    "E003@3 this value has more than 10 characters",
  ]);
});

test("problems are limited in number", () => {
  const text = Array.from({ length: 100 }, () => "a: 1\n").join("");
  expect(problemsOf(text)).toHaveLength(LIMITS.findingsPerDocument);
});
