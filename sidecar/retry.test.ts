import fc from "fast-check";
import { expect, test } from "vitest";
import { isRetryable, retryDelayMs, type RetryPolicy } from "./retry.ts";

const POLICY: RetryPolicy = {
  maxAttempts: 5,
  initialDelayMs: 1_000,
  maxDelayMs: 300_000,
  backoff: "exponential",
  nonRetryable: [],
};

test.each([
  ["exponential", [1_000, 2_000, 4_000, 8_000]],
  ["linear", [1_000, 2_000, 3_000, 4_000]],
  ["constant", [1_000, 1_000, 1_000, 1_000]],
] as const)("%s: after 1, 2, 3, 4 failed attempts at most %j ms", (backoff, expected) => {
  const policy = { ...POLICY, backoff };
  expect(
    [1, 2, 3, 4].map((failed) => Math.ceil(retryDelayMs(policy, failed, () => 1 - Number.EPSILON))),
  ).toEqual(expected.map((delay) => delay - 1));
});

test("a delay is whole milliseconds from 0 to maxDelayMs, whatever the policy", () => {
  const policies = fc.record({
    maxAttempts: fc.integer({ min: 1, max: 100 }),
    initialDelayMs: fc.nat(2 ** 31 - 1),
    maxDelayMs: fc.nat(2 ** 31 - 1),
    backoff: fc.constantFrom("exponential" as const, "linear" as const, "constant" as const),
    nonRetryable: fc.constant([]),
  });
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(policies, fc.integer({ min: 1, max: 2_000 }), random, (policy, failed, number) => {
      const delay = retryDelayMs(policy, failed, () => number);
      expect(Number.isInteger(delay)).toBe(true);
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(policy.maxDelayMs);
    }),
  );
});

test.each([0, -1, 1.5, Number.NaN])("%d failed attempts are a RangeError", (failed) => {
  expect(() => retryDelayMs(POLICY, failed)).toThrow(RangeError);
});

test.each([
  [["ValueError"], false],
  [["JSONDecodeError"], false],
  [["json.decoder.JSONDecodeError"], false],
  [["decoder.JSONDecodeError"], true],
  [["Exception"], false],
  [["KeyError"], true],
  [[], true],
])(
  "with nonRetryable %j a JSONDecodeError, which is a ValueError, may be retried: %j",
  (nonRetryable, expected) => {
    const mro = ["json.decoder.JSONDecodeError", "ValueError", "Exception"];
    expect(isRetryable({ ...POLICY, nonRetryable }, "JSONDecodeError", mro)).toBe(expected);
  },
);
