import { expect, test } from "vitest";
import { quantityOf } from "./quantity.ts";

test.each([
  ["500m", 0.5],
  ["2Gi", 2 ** 31],
  ["1e3", 1_000],
  ["1E", 1e18],
  ["-3", -3],
  [7, 7],
])("%s is %d", (quantity, amount) => {
  expect(quantityOf(quantity)).toBe(amount);
});

test.each(["", "five", "1Zi", "i", "1 Gi", "1.2.3", {}, undefined])("%s is no quantity", (value) => {
  expect(quantityOf(value)).toBeNaN();
});
