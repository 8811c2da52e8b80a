import { expect, test } from "vitest";
import { splitDocuments } from "./split.ts";

function split(text: string): (readonly [number, string])[] {
  return [...splitDocuments(text)].map(({ firstLine, text: each }) => [firstLine, each] as const);
}

test("documents are told apart by their markers; comments and directives go with what follows", () => {
  expect(split("# license\n%YAML 1.1\n---\na: 1\n---\n# two\nb: 2\n...\nc: 3\n")).toEqual([
    [1, "# license\n%YAML 1.1\n---\na: 1\n"],
    [5, "---\n# two\nb: 2\n"],
    [8, "\nc: 3\n"],
  ]);
});

test("a marker counts at the start of a line only, and with nothing at its end", () => {
  expect(split("a: ---\nb: |\n  ---\n---x: 1\n")).toHaveLength(1);
  expect(split("a: 1\r\n---\r\nb: 2\r\n").map(([line]) => line)).toEqual([1, 2]);
  expect(split("a: 1\n--- # c\nb: 2\n---")).toHaveLength(3);
});

test("JSON texts follow one another, as kubectl reads and the plugin prints them", () => {
  expect(
    split('{"a": "}{\\"", "b": [{}]}\n{"c": "---"}\n\n{"d": 1}\n').map(([line, text]) => [line, text.trim()]),
  ).toEqual([
    [1, '{"a": "}{\\"", "b": [{}]}'],
    [1, '{"c": "---"}'],
    [2, '{"d": 1}'],
  ]);
});

test("YAML that begins with a brace is still YAML", () => {
  expect(split("{a: 'x}'}\n---\n{b: 1}\n")).toHaveLength(2);
  expect(split("{a: 1}\n---\n{b: 1}\n")).toHaveLength(2);
});
