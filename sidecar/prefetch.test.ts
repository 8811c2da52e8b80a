import fc from "fast-check";
import { expect, test } from "vitest";
import { AdaptivePrefetch, prefetchFor } from "./prefetch.ts";

test.each([
  [0.2, 1, 500],
  [1, 1, 128],
  [10, 1, 16],
  [100, 1, 2],
  [1_000, 1, 2],
  [60_000, 1, 1],
  [10, 32, 500],
  [60_000, 32, 32],
  [60_000, 1_000, 1_000],
])("handlers of %d ms, %d at the same time: %d messages in hand", (handlerMs, parallel, expected) => {
  expect(prefetchFor(handlerMs, { parallel, max: 500 })).toBe(expected);
});

test("never fewer than run at the same time, never more than the limit beyond that", () => {
  const limits = fc.record({
    parallel: fc.integer({ min: 1, max: 2_000 }),
    max: fc.integer({ min: 1, max: 2_000 }),
  });
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), limits, (handlerMs, { parallel, max }) => {
      const messages = prefetchFor(handlerMs, { parallel, max });
      expect(messages).toBeGreaterThanOrEqual(parallel);
      expect(messages).toBeLessThanOrEqual(Math.max(parallel, max));
    }),
  );
});

test("one slow handler counts at once, many fast ones by and by, and noise changes nothing", () => {
  const prefetch = new AdaptivePrefetch({ parallel: 1, max: 500 });
  expect(prefetch.current).toBe(1);
  expect(prefetch.observe(1)).toBe(128);
  expect([0.9, 1.2, 1.1, 0.8, 1.5].map((handlerMs) => prefetch.observe(handlerMs))).toEqual(
    Array(5).fill(undefined),
  );
  expect(prefetch.observe(120_000)).toBe(1);
  const changes = Array.from({ length: 300 }, () => prefetch.observe(1)).filter(
    (change) => change !== undefined,
  );
  expect(changes.length).toBeLessThan(12);
  expect(prefetch.current).toBe(128);
});
