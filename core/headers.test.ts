import { expect, test } from "vitest";
import { attemptOf, HEADER, headerTime, retryHeaders, successorHeaders } from "./headers.ts";
import { formatTraceParent, parseTraceParent } from "./trace-context.ts";

const SPAN = "b7ad6b7169203331";
const TRACE = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";

test("a successor gets the user's headers, and of ours those that are carried", () => {
  const received = {
    tenant: "t",
    "asya-origin": "a:1",
    "asya-fanout": "3",
    "asya-deadline": "2030-01-01T00:00:00Z",
    "asya-attempt": "2",
    "asya-not-before": "2026-01-01T00:00:00Z",
    "asya-last-error": "ValueError: x",
    "asya-claim": "s3://b/k",
    traceparent: TRACE,
    tracestate: "v=1",
  };
  expect(successorHeaders(received, undefined, SPAN, { sender: "b", index: 0, count: 1 })).toEqual({
    tenant: "t",
    "asya-origin": "a:1/b:0",
    "asya-fanout": "3/1",
    "asya-deadline": "2030-01-01T00:00:00Z",
    traceparent: `00-0af7651916cd43dd8448eb211c80319c-${SPAN}-01`,
    tracestate: "v=1",
  });
});

test("a handler's headers replace the user's, never ours", () => {
  const received = { tenant: "t", "asya-deadline": "2030-01-01T00:00:00Z" };
  const replied = { color: "red", "asya-deadline": "2020-01-01T00:00:00Z", traceparent: TRACE };
  expect(successorHeaders(received, replied, SPAN, undefined)).toEqual({
    color: "red",
    "asya-deadline": "2030-01-01T00:00:00Z",
  });
});

test("paths grow by one step per send to a successor and not towards end actors", () => {
  expect(successorHeaders(undefined, undefined, SPAN, { sender: "a", index: 2, count: 5 })).toEqual({
    "asya-origin": "a:2",
    "asya-fanout": "5",
  });
  expect(successorHeaders({ "asya-origin": "a:2", "asya-fanout": "5" }, undefined, SPAN, undefined)).toEqual({
    "asya-origin": "a:2",
    "asya-fanout": "5",
  });
  expect(successorHeaders(undefined, undefined, SPAN, undefined)).toBeUndefined();
});

test("a retry has the headers as received and three more", () => {
  const attempt = { number: 2, notBefore: new Date("2026-01-01T00:00:00Z"), lastError: "ValueError: x" };
  const headers = retryHeaders({ tenant: "t", "asya-origin": "a:1" }, attempt);
  expect(headers).toEqual({
    tenant: "t",
    "asya-origin": "a:1",
    "asya-attempt": "2",
    "asya-not-before": "2026-01-01T00:00:00.000Z",
    "asya-last-error": "ValueError: x",
  });
  expect(attemptOf(headers)).toBe(2);
});

test.each([[undefined], ["0"], ["-1"], ["1.5"], ["x"], [""], [3]])(
  "asya-attempt %j is the first attempt",
  (value) => {
    expect(attemptOf(value === undefined ? undefined : { "asya-attempt": value })).toBe(1);
  },
);

test.each([
  [undefined, undefined],
  ["2026-01-31T12:00:00Z", new Date(Date.UTC(2026, 0, 31, 12))],
  ["2026-01-31t12:00:00.5+02:00", new Date(Date.UTC(2026, 0, 31, 10, 0, 0, 500))],
  ["tomorrow", "malformed"],
  ["2026-01-31", "malformed"],
  ["2026-13-31T12:00:00Z", "malformed"],
  [1_700_000_000, "malformed"],
])("the time %j is %j", (value, expected) => {
  const headers = value === undefined ? {} : { [HEADER.deadline]: value };
  expect(headerTime(headers, HEADER.deadline)).toEqual(expected);
});

test.each([
  "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
  "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
  "ff-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01",
  "00-0AF7651916CD43DD8448EB211C80319C-00f067aa0ba902b7-01",
  `${TRACE}-more`,
  "00-1-2-01",
])("%s is no traceparent: the trace ends", (traceparent) => {
  expect(parseTraceParent(traceparent)).toBeUndefined();
  expect(successorHeaders({ traceparent, tracestate: "v=1" }, undefined, SPAN, undefined)).toEqual({});
});

test("a later version of traceparent is understood as version 00", () => {
  const parsed = parseTraceParent("01-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-02-more");
  expect(parsed && formatTraceParent(parsed)).toBe("00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-00");
});
