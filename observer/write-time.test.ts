import { expect, test } from "vitest";
import type { Change } from "./observation.ts";
import { writeTime } from "./write-time.ts";

const RULES = { intervalMs: 15_000, slightIntervalMs: 60_000, confirmEveryMs: 600_000, asks: false };
const LAST = 1_000_000;

test.each<[string, Change, boolean, number | undefined, number | undefined]>([
  ["a first status is written at once", "real", false, undefined, 0],
  ["a change waits for 15 s since the last write", "real", false, LAST, LAST + 15_000],
  ["a slight one for a minute", "slight", false, LAST, LAST + 60_000],
  ["no change is not written", "none", false, LAST, undefined],
  ["failing pods are confirmed every ten minutes", "none", true, LAST, LAST + 600_000],
])("%s", (_, change, failing, last, expected) => {
  expect(writeTime(change, { failing, unsettledForMs: 1 }, last, RULES)).toBe(expected);
});

test.each([
  ["a minute", 60_000, 15_000],
  ["ten minutes", 600_000, 150_000],
  ["a day", 86_400_000, 600_000],
])(
  "where it is to ask, an actor that is on its way for %s is confirmed later and later",
  (_, unsettledForMs, after) => {
    const asking = { ...RULES, asks: true };
    expect(writeTime("none", { failing: false, unsettledForMs }, LAST, asking)).toBe(LAST + after);
    expect(writeTime("none", { failing: false, unsettledForMs: undefined }, LAST, asking)).toBeUndefined();
  },
);
