import { expect } from "vitest";
import type { Journey } from "./journey.ts";

const ROUTE = { actors: ["first", "second"], current: 0 };

/** Attempts that fail. */
export function failureJourneys(journey: Journey): void {
  journey(
    "a handler's exception arrives with message, type, traceback and the original payload",
    async (site) => {
      const payload = { do: "fatal", counter: "fatal", text: "é" };
      await site.send("first", {
        id: "fatal",
        parent_id: "p",
        route: ROUTE,
        headers: { tenant: "t1" },
        payload,
      });
      expect(await site.failed.next("fatal")).toEqual({
        id: "fatal",
        parent_id: "p",
        route: ROUTE,
        headers: { tenant: "t1" },
        payload: {
          error: "processing_error",
          details: {
            message: "never",
            type: "Fatal",
            mro: ["handlers.Fatal", "ValueError", "Exception"],
            traceback: expect.stringMatching(/^Traceback[^]*handlers\.py[^]*in fatal[^]*Fatal: never\n?$/),
            attempts: 1,
          },
          original_payload: payload,
        },
      });
    },
  );

  journey("an error that the policy calls not retryable is not repeated", async (site) => {
    const payload = { do: "fatal", counter: "once" };
    await site.send("first", { id: "once", route: ROUTE, payload });
    await site.failed.next("once");
    expect(site.counted("once")).toBe(1);
  });

  journey("two failed attempts and a good one: the envelope goes on as if nothing had been", async (site) => {
    const payload = { do: "fail", counter: "third-time", times: 2 };
    await site.send("first", { id: "third-time", route: { actors: ["first"], current: 0 }, payload });
    expect(await site.happy.next("third-time")).toEqual({
      id: "third-time",
      route: { actors: ["first"], current: 1 },
      headers: {},
      payload,
    });
    expect(site.counted("third-time")).toBe(3);
  });

  journey("three failed attempts: error-end gets the last error, and how many there were", async (site) => {
    const payload = { do: "fail", counter: "hopeless" };
    await site.send("first", { id: "hopeless", route: ROUTE, payload });
    expect(await site.failed.next("hopeless")).toMatchObject({
      route: ROUTE,
      payload: {
        details: { type: "Refused", message: "not today: é", attempts: 3 },
        original_payload: payload,
      },
    });
    expect(site.counted("hopeless")).toBe(3);
  });

  journey("a deadline that has passed: the handler is not called", async (site) => {
    const payload = { do: "count", counter: "late" };
    const headers = { "asya-deadline": "2026-01-31T12:00:00+01:00" };
    await site.send("first", { id: "late", route: ROUTE, headers, payload });
    expect(await site.failed.next("late")).toMatchObject({
      headers,
      payload: {
        error: "deadline_exceeded",
        details: { type: "DeadlineExceeded", message: "the deadline 2026-01-31T11:00:00.000Z has passed" },
        original_payload: payload,
      },
    });
    expect(site.counted("late")).toBe(0);
  });

  journey(
    "a message that is no envelope: error-end gets its text under an id that is made of it",
    async (site) => {
      await site.send("first", Buffer.from("not an envelope, é"));
      const [failed] = await site.failed.take(1, ({ id }) => id.startsWith("unparsable-"));
      expect(failed!.payload).toMatchObject({
        error: "msg_parsing_error",
        details: { type: "EnvelopeError", message: expect.stringContaining("no JSON object") },
        original_payload: "not an envelope, é",
      });
    },
  );
}
