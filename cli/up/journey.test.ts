import { expect, test } from "vitest";
import { failureWords, Journey } from "./journey.ts";

const ROUTE = ["split", "read", "store"];
const progress = (status: string, current: number, more: object = {}) => ({
  actors: ROUTE,
  current_actor_idx: current,
  status,
  ...more,
});
const succeeded = (origin: string, fanout: string, result: unknown) => ({
  status: "succeeded",
  result,
  ...(origin === "" ? {} : { origin, fanout }),
});
const failed = (origin: string, fanout: string) => ({
  status: "failed",
  error: "processing_error",
  details: { type: "ValueError", message: "no luck\nat all", attempts: 3 },
  actor: "read",
  origin,
  fanout,
});

test("without a fan-out the first end is the outcome", () => {
  const journey = new Journey("e1");
  expect(journey.outcome()).toBeUndefined();
  journey.final("e1", succeeded("split:0/read:0", "1/1", 42));
  expect(journey.outcome()).toEqual({
    id: "e1",
    succeeded: true,
    leaves: [{ id: "e1", status: "succeeded", result: 42 }],
  });
});

test("a route of one actor ends without a path", () => {
  const journey = new Journey("e1");
  journey.final("e1", succeeded("", "", null));
  expect(journey.outcome()?.leaves).toHaveLength(1);
});

test("all parts of a fan-out must arrive, in any order; results come in the order of their places", () => {
  const journey = new Journey("e1");
  for (const index of [10, 2, 0, 1, 9, 8, 7, 6, 5, 4]) {
    journey.final(index === 0 ? "e1" : `e1-${index}`, succeeded(`split:${index}`, "11", index));
    expect(journey.outcome()).toBeUndefined();
  }
  journey.final("e1-3", succeeded("split:3", "11", 3));
  expect(journey.outcome()?.leaves.map(({ result }) => result)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("nested fan-outs whose ids collide are told apart by their paths", () => {
  const journey = new Journey("e1");
  // Item 1 of the second fan-out of item 0 has the id of item 1 of the first one.
  journey.final("e1", succeeded("split:0/read:0", "2/2", "a"));
  journey.final("e1-1", succeeded("split:0/read:1", "2/2", "b"));
  expect(journey.outcome()).toBeUndefined();
  journey.final("e1-1", succeeded("split:1/read:0", "2/1", "c"));
  expect(journey.outcome()?.leaves.map(({ result }) => result)).toEqual(["a", "b", "c"]);
});

test("an end that comes twice, as it may after a crash, counts once", () => {
  const journey = new Journey("e1");
  journey.final("e1", succeeded("split:0", "2", "a"));
  journey.final("e1", succeeded("split:0", "2", "a"));
  expect(journey.outcome()).toBeUndefined();
});

test("one failed part fails the whole, and says where, what and after how many attempts", () => {
  const journey = new Journey("e1");
  journey.final("e1", succeeded("split:0/read:0", "2/1", 1));
  journey.final("e1-1", failed("split:1", "2"));
  const outcome = journey.outcome();
  expect(outcome?.succeeded).toBe(false);
  expect(failureWords(outcome!.leaves[1]!)).toBe("ValueError: no luck, at read (3 attempts)");
});

test("hops are told once done, attempts that failed at once", () => {
  const journey = new Journey("e1");
  expect(journey.progress("e1", progress("received", 0))).toBeUndefined();
  expect(journey.progress("e1", progress("processing", 0))).toBeUndefined();
  const retry = progress("processing", 0, { message: "attempt 1 failed (KeyError); another one follows" });
  expect(journey.progress("e1", retry)?.text).toBe("attempt 1 failed (KeyError); another one follows");
  const done = progress("completed", 0, { duration_ms: 7, message: "3 results" });
  expect(journey.progress("e1", done)).toMatchObject({ actor: "split", text: "done in 7 ms, 3 results" });
});

test("an envelope's children are its own, others' are not", () => {
  const journey = new Journey("e1");
  expect(["e1", "e1-2", "e1-2-1", "e12", "e2"].map((id) => journey.owns(id))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

test.for([null, [], 1, {}, { actors: 1, status: 2 }])(
  "a report that is none changes nothing: %j",
  (report) => {
    const journey = new Journey("e1");
    journey.progress("e1", report);
    expect(journey.outcome()).toBeUndefined();
  },
);
