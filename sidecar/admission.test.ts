import { expect, test } from "vitest";
import { parseEnvelope } from "../core/envelope.ts";
import { admit } from "./admission.ts";

const NOW = new Date("2026-01-01T00:00:00Z");
const envelope = (headers: object, route: object = { actors: ["a", "b"], current: 1 }) =>
  parseEnvelope(Buffer.from(JSON.stringify({ id: "e1", route, headers, payload: 1 })));
const refusal = (type: string, reason: string) => ({
  kind: "refuse",
  failure: { type, reason, mayRetry: false },
});

test.each<[string, object, object]>([
  ["no headers", {}, { kind: "run", deadline: undefined }],
  [
    "a deadline ahead",
    { "asya-deadline": "2026-01-01T00:01:00Z" },
    { kind: "run", deadline: new Date("2026-01-01T00:01:00Z") },
  ],
  [
    "a deadline that has passed",
    { "asya-deadline": "2025-12-31T23:59:59Z" },
    refusal("DeadlineExceeded", "deadline_exceeded"),
  ],
  ["a deadline that is no time", { "asya-deadline": "soon" }, refusal("HeaderError", "validation_error")],
  [
    "a retry that comes early",
    { "asya-not-before": "2026-01-01T00:00:30Z" },
    { kind: "wait", delayMs: 30_000 },
  ],
  ["a retry that comes a moment early", { "asya-not-before": "2026-01-01T00:00:00.900Z" }, { kind: "run" }],
  ["a retry whose time has come", { "asya-not-before": "2025-12-31T23:59:59Z" }, { kind: "run" }],
  [
    "a payload stored elsewhere",
    { "asya-claim": "s3://bucket/key" },
    refusal("ClaimError", "validation_error"),
  ],
])("%s", (_title, headers, expected) => {
  expect(admit(envelope(headers), "b", false, NOW)).toMatchObject(expected);
});

test.each<[object, string]>([
  [{ actors: ["a", "b"], current: 0 }, 'Route mismatch: route.actors[0] is "a", but the message came to "b"'],
  [
    { actors: ["a", "b"], current: 2 },
    'Route mismatch: route.actors[2] does not exist (2 actors), but the message came to "b"',
  ],
  [
    { actors: [], current: 0 },
    'Route mismatch: route.actors[0] does not exist (0 actors), but the message came to "b"',
  ],
  [
    { actors: ["x".repeat(1_000)], current: 0 },
    `Route mismatch: route.actors[0] is "${"x".repeat(128)}...", but the message came to "b"`,
  ],
])("the route %j does not lead here", (route, error) => {
  const expected = { kind: "refuse", failure: { reason: "route_mismatch", error, mayRetry: false } };
  expect(admit(envelope({}, route), "b", false, NOW)).toMatchObject(expected);
  expect(admit(envelope({}, route), "b", true, NOW)).toEqual({ kind: "run", deadline: undefined });
});
