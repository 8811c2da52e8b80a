import { expect, test } from "vitest";
import { Intake, type Source } from "./intake.ts";
import type { Delivery } from "./messages.ts";

/** A broker's side that writes down what is said to it. */
function broker(intake: Intake) {
  const said: string[] = [];
  const source: Source = { start: () => said.push("start"), stop: () => said.push("stop") };
  const deliver = (name: string) => {
    const say = (what: string) => Promise.resolve(said.push(`${what} ${name}`) > 0);
    const delivery: Delivery = {
      body: Buffer.from(name),
      redelivered: false,
      ack: () => say("ack"),
      release: () => say("release"),
      extend: () => say("extend"),
    };
    intake.offer(delivery);
  };
  return { said, source, deliver };
}

test("an abort while the receiver is busy stops the source and gives back what waits, not what is in hand", async () => {
  const intake = new Intake(2);
  const { said, source, deliver } = broker(intake);
  const stop = new AbortController();
  const deliveries = intake.handOut(stop.signal, source);
  const first = deliveries.next();
  deliver("in hand");
  deliver("waiting");
  const { value } = await first;
  stop.abort();
  deliver("too late");
  expect(said).toEqual(["start", "stop", "release waiting", "release too late"]);
  expect(await value?.ack()).toBe(true);
  expect(await deliveries.next()).toEqual({ done: true, value: undefined });
});

test("closing while the receiver is busy gives back everything, and no later word about it counts", async () => {
  const intake = new Intake(2);
  const { said, source, deliver } = broker(intake);
  const deliveries = intake.handOut(new AbortController().signal, source);
  const first = deliveries.next();
  deliver("in hand");
  deliver("waiting");
  const { value } = await first;
  await intake.close();
  expect(said.toSorted()).toEqual(["release in hand", "release waiting", "start", "stop"]);
  expect([await value?.ack(), await value?.release(), await value?.extend(1)]).toEqual([false, false, false]);
  expect(await deliveries.next()).toEqual({ done: true, value: undefined });
});

test("room counts what waits and what is in hand, and extra room comes on top", async () => {
  const intake = new Intake(2);
  const { source, deliver } = broker(intake);
  const deliveries = intake.handOut(new AbortController().signal, source);
  const first = deliveries.next();
  deliver("a");
  await first;
  deliver("b");
  expect([intake.room, intake.size, intake.limit]).toEqual([0, 2, 2]);
  intake.setExtra(1);
  expect([intake.room, intake.limit]).toEqual([1, 3]);
  intake.setPrefetch(1);
  expect([intake.room, intake.limit]).toEqual([0, 2]);
});

test.for([0, -1, 1.5, Number.NaN])("a prefetch of %d is refused", (messages) => {
  expect(() => new Intake(1).setPrefetch(messages)).toThrow(
    `prefetch must be a whole number from 1, got ${messages}`,
  );
});

test("two receivers at once are refused", async () => {
  const intake = new Intake(1);
  const { source } = broker(intake);
  const { signal } = new AbortController();
  void intake.handOut(signal, source).next();
  await expect(intake.handOut(signal, source).next()).rejects.toThrow("already running");
});
