import { expect, test } from "vitest";
import { sortKeys } from "./json.ts";

test("keys are sorted at every level, lists keep their order, undefined goes", () => {
  const value = { b: [{ z: 1, y: undefined, a: 2 }, 3], B: null, a: { d: 1, c: 2 } };
  expect(JSON.stringify(sortKeys(value))).toBe('{"B":null,"a":{"c":2,"d":1},"b":[{"a":2,"z":1},3]}');
});

test("a key __proto__ stays a key", () => {
  const sorted = sortKeys(JSON.parse('{"b":1,"__proto__":{"d":1,"c":2}}'));
  expect(JSON.stringify(sorted)).toBe('{"__proto__":{"c":2,"d":1},"b":1}');
  expect(Object.getPrototypeOf(sorted)).toBe(Object.prototype);
});
