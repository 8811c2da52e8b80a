import { expect, test } from "vitest";
import type { Change } from "./observation.ts";
import { writeTime } from "./write-time.ts";

const RULES = { intervalMs: 15_000, slightIntervalMs: 60_000, confirmEveryMs: 600_000 };
const LAST = 1_000_000;

test.each<[string, Change, boolean, number | undefined, number | undefined]>([
  ["a first status is written at once", "real", false, undefined, 0],
  ["a change waits for 15 s since the last write", "real", false, LAST, LAST + 15_000],
  ["a slight one for a minute", "slight", false, LAST, LAST + 60_000],
  ["no change is not written", "none", false, LAST, undefined],
  ["failing pods are confirmed every ten minutes", "none", true, LAST, LAST + 600_000],
])("%s", (_, change, failing, last, expected) => {
  expect(writeTime(change, failing, last, RULES)).toBe(expected);
});
