import { expect, test } from "vitest";
import { Batches, type Outcome } from "./client-batches.ts";

test("what comes in one turn goes together, in order, ten at most", async () => {
  const requests: number[][] = [];
  const batches = new Batches<number>(async (items) => {
    requests.push(items);
    return items.map(() => undefined);
  });
  await Promise.all(Array.from({ length: 23 }, (_, item) => batches.add(item)));
  expect(requests).toEqual([
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
    [20, 21, 22],
  ]);
});

test("each item gets its own outcome", async () => {
  const refused = new Error("refused");
  const batches = new Batches<string>(async (items) =>
    items.map((item) => (item === "b" ? refused : undefined)),
  );
  const outcomes = await Promise.all(["a", "b", "c"].map((item) => batches.add(item)));
  expect(outcomes).toEqual([undefined, refused, undefined]);
});

test("a request is no larger than allowed, but an item alone may be", async () => {
  const requests: string[][] = [];
  const batches = new Batches<string>(async (items) => {
    requests.push(items);
    return items.map(() => undefined);
  }, 10);
  await Promise.all([batches.add("a", 4), batches.add("b", 6), batches.add("c", 1), batches.add("d", 12)]);
  expect(requests).toEqual([["a", "b"], ["c"], ["d"]]);
});

test("while sixteen requests run, more gathers and goes as soon as one has ended", async () => {
  const running: { items: number[]; end: (outcomes: Outcome[]) => void }[] = [];
  const batches = new Batches<number>((items) => new Promise((end) => running.push({ items, end })));
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const added: Promise<Outcome>[] = [];
  for (let item = 0; item < 20; item++) {
    added.push(batches.add(item));
    await turn();
  }
  expect(running.map(({ items }) => items)).toEqual(Array.from({ length: 16 }, (_, item) => [item]));
  running[0]?.end([undefined]);
  await added[0];
  await turn();
  expect(running[16]?.items).toEqual([16, 17, 18, 19]);
});
