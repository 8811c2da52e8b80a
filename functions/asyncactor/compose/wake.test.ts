import { expect, test } from "vitest";
import { secondsAwake } from "./wake.ts";

const NOON = Date.parse("2026-11-25T12:00:00Z");

test.each([
  ["at its time", NOON, 120],
  ["a minute later", NOON + 60_000, 60],
  ["when it is over", NOON + 120_000, undefined],
  ["a year later", NOON + 365 * 86_400_000, undefined],
  ["with a clock that is a minute behind", NOON - 60_000, 180],
  ["with a time that is far ahead", NOON - 3_600_000, undefined],
])("an actor is kept awake for two minutes: %s", (_, now, seconds) => {
  expect(secondsAwake(NOON, new Date(now))).toBe(seconds);
});

test("nobody asked", () => {
  expect(secondsAwake(undefined, new Date(NOON))).toBeUndefined();
});
