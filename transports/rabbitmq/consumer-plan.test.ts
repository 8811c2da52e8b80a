import fc from "fast-check";
import { expect, test } from "vitest";
import { nextChange } from "./consumer-plan.ts";

test.for([
  ["the first", [], 4, { add: 4 }],
  ["more is one more consumer", [1, 1, 2], 8, { add: 4 }],
  ["enough", [1, 1, 2], 4, undefined],
  ["less cancels the smallest that is enough", [1, 1, 2, 4], 4, { cancel: 3 }],
  ["far less cancels the largest first", [1, 1, 2, 4], 1, { cancel: 3 }],
  ["none at all", [3], 0, { cancel: 0 }],
] as const)("%s", ([, prefetches, wanted, change]) => {
  expect(nextChange(prefetches, wanted, false)).toEqual(change);
});

test("nothing is added while the hand is full, but too much is still cancelled", () => {
  expect(nextChange([], 1, true)).toBeUndefined();
  expect(nextChange([2, 2], 2, true)).toEqual({ cancel: 0 });
});

test("any series of wishes is met exactly, by at most 16 consumers", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 40 }), (wishes) => {
      const consumers: number[] = [];
      for (const wanted of wishes) {
        for (let steps = 0; ; steps++) {
          expect(steps).toBeLessThan(40);
          const change = nextChange(consumers, wanted, false);
          if (change === undefined) break;
          if ("add" in change) consumers.push(change.add);
          else consumers.splice(change.cancel, 1);
        }
        expect(consumers.reduce((sum, prefetch) => sum + prefetch, 0)).toBe(wanted);
        expect(consumers.length).toBeLessThanOrEqual(16);
        expect(consumers.every((prefetch) => prefetch > 0)).toBe(true);
      }
    }),
  );
});
