import fc from "fast-check";
import { expect, test } from "vitest";
import { AckWindow } from "./ack-window.ts";

test("deliveries settled in order become one ack", () => {
  const window = new AckWindow<number>();
  for (const tag of [1, 2, 3]) window.delivered(tag);
  for (const tag of [2, 1]) window.acked(tag);
  expect(window.flush()).toEqual({ upTo: 2, single: [] });
  window.acked(3);
  expect(window.flush()).toEqual({ upTo: 3, single: [] });
});

test("a delivery in hand is never acked by the one after it", () => {
  const window = new AckWindow<number>();
  for (const tag of [1, 2, 3]) window.delivered(tag);
  window.acked(2);
  window.acked(3);
  expect(window.flush()).toEqual({ upTo: undefined, single: [2, 3] });
  window.acked(1);
  expect(window.flush()).toEqual({ upTo: 1, single: [] });
});

test("a released delivery may lie below an ack of several", () => {
  const window = new AckWindow<number>();
  for (const tag of [1, 2, 3]) window.delivered(tag);
  window.told(2);
  window.acked(1);
  window.acked(3);
  expect(window.flush()).toEqual({ upTo: 3, single: [] });
});

test("in any order the broker hears of each ack exactly once and of nothing that is in hand", () => {
  const steps = fc.array(
    fc.record({ pick: fc.nat(), action: fc.constantFrom("deliver", "ack", "release", "flush") }),
    { maxLength: 300 },
  );
  fc.assert(
    fc.property(steps, (actions) => {
      const window = new AckWindow<number>();
      const inHand: number[] = [];
      const acked = new Set<number>();
      let next = 1;
      // As the broker sees it: what is outstanding on the channel.
      const outstanding = new Set<number>();
      for (const { pick, action } of [...actions, { pick: 0, action: "flush" }]) {
        if (action === "deliver") {
          window.delivered(next);
          outstanding.add(next);
          inHand.push(next++);
        } else if (action === "flush") {
          const { upTo, single } = window.flush();
          for (const tag of [...outstanding].filter((tag) => tag <= (upTo ?? 0)).concat(single)) {
            expect(acked.delete(tag)).toBe(true);
            expect(outstanding.delete(tag)).toBe(true);
          }
          expect(acked.size).toBe(0);
        } else if (inHand.length > 0) {
          const [tag] = inHand.splice(pick % inHand.length, 1);
          if (action === "ack") {
            window.acked(tag!);
            acked.add(tag!);
          } else {
            window.told(tag!);
            outstanding.delete(tag!);
          }
        }
      }
    }),
  );
});
