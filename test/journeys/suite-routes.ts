import { expect } from "vitest";
import { SPARE } from "./site.ts";
import type { Journey } from "./journey.ts";

const ALL = ["first", "second", "third"];

/** Where envelopes go, and what they carry with them. */
export function routeJourneys(journey: Journey): void {
  journey(
    "a route of three actors ends at happy-end, each one's result the next one's payload",
    async (site) => {
      const payload = { do: "visit", visited: [] };
      await site.send("first", {
        id: "three",
        route: { actors: ALL, current: 0, metadata: { v: 1 } },
        payload,
      });
      expect(await site.happy.next("three")).toEqual({
        id: "three",
        route: { actors: ALL, current: 3, metadata: { v: 1 } },
        headers: { "asya-origin": "first:0/second:0", "asya-fanout": "1/1" },
        payload: { do: "visit", visited: ALL },
      });
    },
  );

  journey(
    "a fan-out: item 0 keeps the id, the others are named after it and know their parent",
    async (site) => {
      const payload = { do: "split", into: [3, 1], part: [] };
      await site.send("first", { id: "fan", route: { actors: ["first", "second"], current: 0 }, payload });
      const parts = await site.happy.family("fan", 3);
      const facts = parts.map(({ id, parent_id, headers, payload }) => [id, parent_id, headers, payload]);
      const part = (index: number) => ({ do: "split", into: [], part: [index] });
      const from = (index: number) => ({ "asya-origin": `first:${index}`, "asya-fanout": "3" });
      expect(facts.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))).toEqual([
        ["fan", undefined, from(0), part(0)],
        ["fan-1", "fan", from(1), part(1)],
        ["fan-2", "fan", from(2), part(2)],
      ]);
    },
  );

  journey(
    "two fan-outs after one another give one id to two envelopes, and each its own origin",
    async (site) => {
      const payload = { do: "split", into: [2, 2, 1], part: [] };
      await site.send("first", { id: "twice", route: { actors: ALL, current: 0 }, payload });
      const parts = await site.happy.family("twice", 4);
      const facts = parts.map(({ id, parent_id, headers, payload }) => ({
        part: (payload as { part: number[] }).part.join(),
        id,
        parent: parent_id,
        origin: headers?.["asya-origin"],
        fanout: headers?.["asya-fanout"],
      }));
      expect(facts.toSorted((a, b) => (a.part < b.part ? -1 : 1))).toEqual([
        { part: "0,0", id: "twice", parent: undefined, origin: "first:0/second:0", fanout: "2/2" },
        { part: "0,1", id: "twice-1", parent: "twice", origin: "first:0/second:1", fanout: "2/2" },
        { part: "1,0", id: "twice-1", parent: "twice", origin: "first:1/second:0", fanout: "2/2" },
        { part: "1,1", id: "twice-1-1", parent: "twice-1", origin: "first:1/second:1", fanout: "2/2" },
      ]);
    },
  );

  for (const [what, deed] of [
    ["None", "nothing"],
    ["an empty list", "empty"],
  ] as const) {
    journey(`${what} as result: the original envelope, not advanced, at happy-end`, async (site) => {
      const envelope = {
        id: `none-${deed}`,
        route: { actors: ALL, current: 0 },
        payload: { do: deed, n: 1.5 },
      };
      await site.send("first", { ...envelope, headers: { tenant: "t1" } });
      expect(await site.happy.next(envelope.id)).toEqual({ ...envelope, headers: { tenant: "t1" } });
    });
  }

  journey(
    "headers travel the whole route, also past a fan-out and a retry; ours of one hop do not",
    async (site) => {
      const headers = {
        tenant: "é",
        nested: { list: [1, null, "x"] },
        "asya-deadline": "2099-01-31T12:00:00Z",
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        tracestate: "vendor=1",
      };
      const payload = { do: "fail", counter: "headers", times: 1 };
      await site.send("first", {
        id: "headers",
        route: { actors: ["first", "third"], current: 0 },
        headers,
        payload,
      });
      const { headers: arrived = {} } = await site.happy.next("headers");
      const { traceparent, ...rest } = arrived;
      expect(rest).toEqual({
        tenant: "é",
        nested: { list: [1, null, "x"] },
        "asya-deadline": "2099-01-31T12:00:00Z",
        tracestate: "vendor=1",
        "asya-origin": "first:0",
        "asya-fanout": "1",
      });
      expect(traceparent).toMatch(
        /^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/,
      );
    },
  );

  journey(
    "a message for another actor ends at error-end as a route mismatch, its handler not called",
    async (site) => {
      const envelope = {
        id: "mismatch",
        route: { actors: ["second", "first"], current: 0 },
        payload: { do: "count", counter: "mismatch" },
      };
      await site.send("first", envelope);
      expect(await site.failed.next("mismatch")).toMatchObject({
        route: envelope.route,
        payload: {
          error: 'Route mismatch: route.actors[0] is "second", but the message came to "first"',
          original_payload: envelope.payload,
        },
      });
      expect(site.counted("mismatch")).toBe(0);
    },
  );

  journey(
    "a next actor without a queue: the error names it, and the payload is at error-end",
    async (site) => {
      const payload = { do: "visit", visited: ["é"] };
      await site.send("first", {
        id: "nowhere",
        route: { actors: ["first", "nowhere"], current: 0 },
        payload,
      });
      expect((await site.failed.next("nowhere")).payload).toMatchObject({
        error: "queue_not_found",
        details: {
          type: "QueueNotFound",
          message: expect.stringContaining('actor "nowhere" has no queue: asya-nowhere does not exist'),
          attempts: 3,
        },
        original_payload: payload,
      });
    },
  );

  journey(
    "a handler that cannot be loaded: the runtime ends and names it, the message waits for a better one",
    async (site) => {
      const broken = site.runtime(SPARE, "act_tomorrow");
      expect(await broken.exitCode).toBe(1);
      expect(broken.lines.join("\n")).toContain("handlers.act_tomorrow");
      await site.sidecar(SPARE);
      await site.send(SPARE, { id: "patient", route: { actors: [SPARE], current: 0 }, payload: "here" });
      await expect.poll(() => site.bed.depth(SPARE), { timeout: 10_000 }).toBe(1);
      site.runtime(SPARE, "act");
      expect((await site.happy.next("patient")).payload).toBe("here");
    },
  );
}
