import { expect, test } from "vitest";
import { durationMs, goDuration } from "./duration.ts";

test.each<[unknown, number | undefined]>([
  [30, 30_000],
  [0.5, 500],
  ["90s", 90_000],
  ["5m", 300_000],
  ["1h", 3_600_000],
  ["250ms", 250],
  ["5 m", undefined],
  ["-1s", undefined],
  [-1, undefined],
  [Number.NaN, undefined],
  ["1d", undefined],
  [null, undefined],
])("%j is %j milliseconds", (value, expected) => {
  expect(durationMs(value)).toBe(expected);
});

test.each([
  [300_000, "5m"],
  [90_000, "90s"],
  [1_500, "1500ms"],
  [7_200_000, "2h"],
  [0, "0s"],
])("%d ms in Go's notation: %s", (value, expected) => {
  expect(goDuration(value)).toBe(expected);
  expect(durationMs(expected)).toBe(value);
});
