import { expect, test } from "vitest";
import { delayProperties, delayTopology, waitMs } from "./delays.ts";

test.for([
  [1, "1s"],
  [1_000, "1s"],
  [1_001, "2s"],
  [300_000, "512s"],
  [1_024_000, "1024s"],
] as const)("a delay of %d ms waits in the queue of %s and expires by itself", ([delayMs, level]) => {
  expect(delayProperties(5_000_000 + delayMs, 5_000_000)).toEqual({
    expiration: String(delayMs),
    headers: { "asya-delay": level, "asya-due": String(5_000_000 + delayMs) },
  });
});

test("a delay above the longest queue's waits there first and says when it is due", () => {
  expect(delayProperties(10_000_000, 0)).toEqual({
    expiration: "1024000",
    headers: { "asya-delay": "1024s", "asya-due": "10000000" },
  });
});

test.for([
  ["no headers", undefined, 0],
  ["headers of somebody else", { other: 1 }, 0],
  ["a due time that is none", { "asya-due": "soon" }, 0],
  ["past", { "asya-due": "999" }, 0],
  ["future", { "asya-due": "1500" }, 500],
] as const)("a received message waits for its due time: %s", ([, headers, expected]) => {
  expect(waitMs(headers, 1_000)).toBe(expected);
});

test("no delay queue has a name that an actor's queue could have", () => {
  for (const { name } of delayTopology("asya").queues) expect(name).toMatch(/^asya\.delay\.\d+s$/);
});
