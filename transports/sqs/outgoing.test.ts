import { expect, test } from "vitest";
import { outgoing } from "./outgoing.ts";

const NOW = 1_000_000_000_000;
const HOUR_MS = 3_600_000;

test("a message without delay is its body and nothing else", () => {
  expect(outgoing(Buffer.from('{"id":"ü"}'), NOW, NOW)).toEqual({ MessageBody: '{"id":"ü"}', bytes: 11 });
});

test("a delay is whole seconds, never shorter than asked", () => {
  expect(outgoing(Buffer.from("x"), NOW + 1_001, NOW)).toEqual({
    MessageBody: "x",
    DelaySeconds: 2,
    bytes: 1,
  });
  expect(outgoing(Buffer.from("x"), NOW + 900_000, NOW)).toEqual({
    MessageBody: "x",
    DelaySeconds: 900,
    bytes: 1,
  });
  expect(outgoing(Buffer.from("x"), NOW - 1, NOW)).toEqual({ MessageBody: "x", bytes: 1 });
});

test("above 15 minutes it waits as long as SQS can and says when it is due; the attribute counts", () => {
  const dueMs = NOW + HOUR_MS;
  expect(outgoing(Buffer.from("x"), dueMs, NOW)).toEqual({
    MessageBody: "x",
    DelaySeconds: 900,
    MessageAttributes: { "asya-due": { DataType: "String", StringValue: "1000003600000" } },
    bytes: 1 + "asya-due".length + "String".length + "1000003600000".length,
  });
});

test("what SQS would refuse is base64 and says so", () => {
  expect(outgoing(Uint8Array.of(0xff), NOW, NOW)).toEqual({
    MessageBody: "/w==",
    MessageAttributes: { "asya-encoding": { DataType: "String", StringValue: "base64" } },
    bytes: 4 + "asya-encoding".length + "String".length + "base64".length,
  });
});
