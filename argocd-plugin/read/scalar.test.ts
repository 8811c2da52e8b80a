import { expect, test } from "vitest";
import { isInexactInteger, keyText, resolvePlain } from "./scalar.ts";

/** Each line was read by sigs.k8s.io/yaml 1.6.0 (go-yaml 2.4.3), which is what kubectl 1.36 uses. */
const AS_KUBECTL: readonly (readonly [string, unknown])[] = [
  ["yes", true],
  ["Y", true],
  ["on", true],
  ["oN", "oN"],
  ["No", false],
  ["off", false],
  ["~", null],
  ["NULL", null],
  ["", null],
  ["0644", 420],
  ["0o14", 12],
  ["08", 8],
  ["0_7", 7],
  ["0x1F", 31],
  ["-0x10", -16],
  ["0b11", 3],
  ["-0b11", -3],
  ["0b2", "0b2"],
  ["0xg", "0xg"],
  ["1_000", 1000],
  ["_1", "_1"],
  ["+1", 1],
  ["1.", 1],
  ["1.50", 1.5],
  [".5", 0.5],
  ["-.5", -0.5],
  [".e5", ".e5"],
  ["12e03", 12000],
  ["1e999", "1e999"],
  ["1:30", "1:30"],
  ["12:30:45", "12:30:45"],
  ["2001-01-01", "2001-01-01"],
  ["2001-12-14T21:59:43Z", "2001-12-14T21:59:43Z"],
  ["=", "="],
  ["1,000", "1,000"],
  ["v1", "v1"],
  ["500m", "500m"],
];

test.each(AS_KUBECTL)("the scalar %j means %j, as it does to kubectl", (text, value) => {
  expect(resolvePlain(text)).toEqual(value);
});

test("infinity and NaN are numbers, for the caller to refuse", () => {
  expect([".inf", "-.Inf", ".NaN"].map(resolvePlain)).toEqual([Infinity, -Infinity, NaN]);
});

test("a whole number above 2^53 is not exact, a fraction or a smaller one is", () => {
  const inexact = ["9007199254740993", "-9007199254740993", "0xFFFFFFFFFFFFFFFF", "9_007_199_254_740_993"];
  const exact = ["9007199254740991", "1e300", "9007199254740993.5", "abc"];
  expect(inexact.filter((text) => isInexactInteger(text, resolvePlain(text)))).toEqual(inexact);
  expect(exact.filter((text) => isInexactInteger(text, resolvePlain(text)))).toEqual([]);
});

test("keys become text as JSON carries them", () => {
  expect(["yes", "0644", "1.50", "a"].map((text) => keyText(resolvePlain(text)))).toEqual([
    "true",
    "420",
    "1.5",
    "a",
  ]);
  expect(keyText(null)).toBeUndefined();
});
