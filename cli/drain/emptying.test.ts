import { expect, test } from "vitest";
import { emptied, type Count } from "./emptying.ts";

/** Each actor's counts, one a poll; the last one stays. */
async function wait(
  counts: Record<string, (Count | Error)[]>,
  timeoutMs = 5_000,
  stop = new AbortController(),
) {
  const lines: string[] = [];
  const polls = new Map<string, number>();
  const count = async (name: string) => {
    const poll = polls.get(name) ?? 0;
    polls.set(name, poll + 1);
    const found = counts[name]?.[poll] ?? counts[name]?.at(-1);
    if (found instanceof Error) throw found;
    return await Promise.resolve(found ?? messages(0));
  };
  const say = (line: string) => void lines.push(line);
  const left = await emptied(Object.keys(counts), count, say, { timeoutMs, pollMs: 1, stop: stop.signal });
  return { left, lines, polls: Math.max(...polls.values()) };
}
const messages = (left: number): Count => ({ left, words: `${left} messages left` });
const uncounted: Count = { hopeless: true, words: "nobody counts" };

test("queues are empty when all of them have been so for five looks in a row; each change is said once", async () => {
  const found = await wait({ a: [messages(2), messages(2), messages(0)], b: [messages(0)] });
  expect(found).toEqual({
    left: [],
    polls: 7,
    lines: ["a: 2 messages left", "b: 0 messages left", "a: 0 messages left"],
  });
});

test("a message that comes to an empty queue starts the wait again", async () => {
  const { polls, left } = await wait({ a: [messages(0), messages(0), messages(1), messages(0)] });
  expect({ polls, left }).toEqual({ polls: 8, left: [] });
});

test("time is up: what is not empty is told", async () => {
  expect((await wait({ a: [messages(1)], b: [messages(0)] }, 200)).left).toEqual(["a"]);
});

test("a request that fails ends nothing", async () => {
  const { left, lines } = await wait({ a: [new Error("connection refused"), messages(0)] });
  expect(left).toEqual([]);
  expect(lines).toEqual(["a: cannot be counted now: connection refused", "a: 0 messages left"]);
});

test("nobody waits for actors that cannot be counted, once the others are empty", async () => {
  const { left, polls } = await wait({ a: [uncounted], b: [messages(3), messages(0)] }, 60_000);
  expect({ left, polls }).toEqual({ left: ["a"], polls: 6 });
});

test("a stop ends the wait at once", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 50);
  expect((await wait({ a: [messages(1)] }, 60_000, stop)).left).toEqual(["a"]);
});
