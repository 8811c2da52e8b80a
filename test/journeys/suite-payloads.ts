import { expect } from "vitest";
import type { Journey } from "./journey.ts";

const MEBIBYTE = 1024 * 1024;
const ALL = ["first", "second", "third"];
const HERE = { actors: ["first"], current: 0 };

/** What payloads may be, and what results may not. */
export function payloadJourneys(journey: Journey): void {
  for (const [what, payload] of [
    ["an empty text", ""],
    ["null", null],
    ["an empty object", {}],
    ["false", false],
    ["zero", 0],
  ] as const) {
    journey(`${what} is a payload like any other`, async (site) => {
      const id = `empty:${JSON.stringify(payload)}`;
      await site.send("first", { id, route: HERE, payload });
      // A handler's None is no result: then the original goes to happy-end, which says the same.
      expect((await site.happy.next(id)).payload).toEqual(payload);
    });
  }

  journey("any character arrives, in ids, headers and payloads", async (site) => {
    const text =
      'é 漢字 😀 \u0000\u0001\u001f\u007f \u2028\u2029 \ufeff\ufffe\uffff \u202e \\ " \ud800 e\u0301';
    const payload = { [text]: [text] };
    await site.send("first", {
      id: `unicode ${text}`,
      route: { actors: ALL, current: 0 },
      headers: { text },
      payload,
    });
    expect(await site.happy.next(`unicode ${text}`)).toMatchObject({ headers: { text }, payload });
  });

  journey("0 bytes where an envelope should be are no envelope", async (site) => {
    // n.b. SQS takes no empty message; the nearest to it is a blank.
    const nothing = Buffer.from(site.bed.env["ASYA_TRANSPORT"] === "sqs" ? " " : "");
    await site.send("first", nothing);
    const [failed] = await site.failed.take(1, ({ id }) => id.startsWith("unparsable-"));
    expect(failed!.payload).toMatchObject({
      error: "msg_parsing_error",
      original_payload: nothing.toString(),
    });
  });

  journey("5 MiB travel the route where the transport takes them; else the sender is told", async (site) => {
    const envelope = { id: "large", route: { actors: ALL, current: 0 }, payload: "é".repeat(2.5 * MEBIBYTE) };
    if (site.bed.maxMessageBytes > 5 * MEBIBYTE) {
      await site.send("first", envelope);
      expect((await site.happy.next("large")).payload).toBe(envelope.payload);
    } else {
      await expect(site.send("first", envelope)).rejects.toMatchObject({ name: "MessageTooLarge" });
    }
  });

  journey("the largest payload that the transport takes travels the route", async (site) => {
    const bytes = Math.min(site.bed.maxMessageBytes, 16 * MEBIBYTE) - 1_024;
    await site.send("first", {
      id: "largest",
      route: { actors: ALL, current: 0 },
      payload: "x".repeat(bytes),
    });
    expect((await site.happy.next("largest")).payload).toHaveLength(bytes);
  });

  journey(
    "a result above the limit ends at error-end with the original payload and the limit",
    async (site) => {
      const payload = { do: "grow", bytes: site.bed.maxMessageBytes + 1 };
      await site.send("first", { id: "too-large", route: { actors: ALL, current: 0 }, payload });
      const failed = await site.failed.next("too-large");
      expect(failed.payload).toMatchObject({
        details: { message: expect.stringMatching(/\d+/) },
        original_payload: payload,
      });
    },
  );

  for (const [deed, type, message] of [
    ["NaN", "ValueError", /not JSON compliant|NaN/],
    ["Infinity", "ValueError", /not JSON compliant|Infinity/],
    ["set", "TypeError", /set/],
    ["bytes", "TypeError", /bytes/],
    ["object", "TypeError", /object/],
    ["circle", "ValueError", /[Cc]ircular/],
  ] as const) {
    journey(`a result that JSON cannot say (${deed}) is a failed attempt`, async (site) => {
      const payload = { do: deed };
      await site.send("first", { id: `odd:${deed}`, route: HERE, payload });
      expect((await site.failed.next(`odd:${deed}`)).payload).toMatchObject({
        error: "processing_error",
        details: { type, message: expect.stringMatching(message) },
        original_payload: payload,
      });
    });
  }

  journey("NaN in a message is no JSON: error-end gets it as a text", async (site) => {
    const body = '{"id": "nan-in", "route": {"actors": ["first"], "current": 0}, "payload": {"x": NaN}}';
    await site.send("first", Buffer.from(body));
    expect((await site.failed.next("nan-in")).payload).toMatchObject({
      error: "msg_parsing_error",
      original_payload: '{"x": NaN}',
    });
  });
}
