import { expect, test } from "vitest";
import { interleave, median, percentile } from "./statistics.ts";

test("percentiles are measured values, whatever the order", () => {
  const values = [5, 1, 4, 2, 3, 10, 9, 8, 7, 6];
  expect([
    percentile(values, 0),
    percentile(values, 50),
    percentile(values, 99),
    percentile(values, 100),
  ]).toEqual([1, 5, 10, 10]);
  expect(median([7])).toBe(7);
  expect(median([])).toBeNaN();
});

test("subjects take turns", async () => {
  const turns: string[] = [];
  const turn = (name: string) => () => Promise.resolve(turns.push(name));
  expect(await interleave(2, { a: turn("a"), b: turn("b") })).toEqual({ a: [1, 3], b: [2, 4] });
  expect(turns).toEqual(["a", "b", "a", "b"]);
});
