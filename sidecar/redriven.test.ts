import { expect, test } from "vitest";
import { redriven } from "./redriven.ts";

const text = (body: Uint8Array) => Buffer.from(body).toString();

test("a dead letter comes back with all its attempts before it, and everything else as it was", () => {
  const headers = {
    "asya-attempt": "3",
    "asya-not-before": "1",
    "asya-last-error": "x",
    "asya-origin": "a:0",
    user: 1,
  };
  const envelope = { id: "1", route: { actors: ["a"], current: 0 }, headers, extra: true };
  const payload = '{"big": 12345678901234567890, "e": 1.0}';
  const body = Buffer.from(`${JSON.stringify(envelope).slice(0, -1)},"payload":${payload}}`);
  const kept = { ...envelope, headers: { "asya-origin": "a:0", user: 1 } };
  expect(text(redriven(body))).toBe(`${JSON.stringify(kept).slice(0, -1)},"payload":${payload}}`);
});

test.each([
  [
    "an envelope that was never tried again",
    '{"id":"1","route":{"actors":["a"],"current":0},"payload":null }',
  ],
  ["what is no envelope", "no JSON at all"],
])("%s comes back byte for byte", (_, body) => {
  expect(text(redriven(Buffer.from(body)))).toBe(body);
});
