import fc from "fast-check";
import { expect, test } from "vitest";
import { type Envelope, parseEnvelope } from "../core/envelope.ts";
import { parseExact } from "../core/json-exact.ts";
import { type Failure, failureOf, ownFailure } from "./failure.ts";
import type { Reply, Result } from "./frames.ts";
import { failedSteps, type Moment, nextSteps, type Plan, type Policy } from "./next-steps.ts";

const POLICY: Policy = {
  actor: "b",
  happyEnd: "happy-end",
  errorEnd: "error-end",
  sendTo: undefined,
  retry: { maxAttempts: 3, initialDelayMs: 1_000, maxDelayMs: 60_000, backoff: "constant", nonRetryable: [] },
  maxMessageBytes: 1_000_000,
};
const MOMENT: Moment = {
  now: new Date("2026-01-01T00:00:00Z"),
  spanId: "b7ad6b7169203331",
  random: () => 0.5,
};
const TRACE = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";

const envelope = (more: object = {}): Envelope =>
  parseEnvelope(
    Buffer.from(
      JSON.stringify({
        id: "e1",
        route: { actors: ["a", "b", "c"], current: 1 },
        payload: { x: 1 },
        ...more,
      }),
    ),
  );
const result = (payload: string, more: Partial<Result> = {}): Result => ({
  route: { actors: ["a", "b", "c"], current: 2 },
  headers: undefined,
  payload: Buffer.from(payload),
  ...more,
});
const sent = (plan: Plan) =>
  plan.steps.map(({ to, type, delayMs, body }) => ({
    to,
    type,
    delayMs,
    envelope: JSON.parse(body.toString()) as unknown,
  }));
const failure = (more: Partial<Failure> = {}): Failure => ({
  ...ownFailure({ reason: "runtime_error", error: "processing_error", message: "m", type: "ValueError" }),
  mayRetry: true,
  ...more,
});

test("a result goes to the next actor with its payload byte for byte", () => {
  const plan = nextSteps(envelope({ parent_id: "e0" }), [result('{ "n": 1.0 }')], POLICY, MOMENT);
  expect(plan.status).toBe("success");
  expect(plan.steps.map(({ to, type, body }) => [to, type, body.toString()])).toEqual([
    [
      "c",
      "routing",
      '{"id":"e1","parent_id":"e0","route":{"actors":["a","b","c"],"current":2},"headers":{"asya-origin":"b:0","asya-fanout":"1"},"payload":{ "n": 1.0 }}',
    ],
  ]);
});

test("the handler's own next actor counts: envelope handlers may change what comes", () => {
  const route = { actors: ["a", "b", "refiner", "c"], current: 2 };
  expect(sent(nextSteps(envelope(), [result("1", { route })], POLICY, MOMENT))[0]?.to).toBe("refiner");
});

test("two fan-outs of one envelope give colliding ids but never the same origin", () => {
  const first = nextSteps(envelope(), [result("0"), result("1")], POLICY, MOMENT);
  const again = first.steps.map(({ body }) => {
    const child = parseEnvelope(body);
    const next = { ...POLICY, actor: "c" };
    const route = { actors: ["a", "b", "c", "d"], current: 3 };
    return nextSteps(child, [result("0", { route }), result("1", { route })], next, MOMENT);
  });
  const identities = again.flatMap(sent).map(({ envelope: each }) => {
    const { id, headers } = each as { id: string; headers: Record<string, string> };
    return `${id} ${headers["asya-origin"]} ${headers["asya-fanout"]}`;
  });
  expect(identities).toEqual([
    "e1 b:0/c:0 2/2",
    "e1-1 b:0/c:1 2/2",
    "e1-1 b:1/c:0 2/2",
    "e1-1-1 b:1/c:1 2/2",
  ]);
});

test("results past the end go to happy-end and their path does not grow", () => {
  const route = { actors: ["a", "b"], current: 2 };
  const plan = nextSteps(
    envelope({
      route: { actors: ["a", "b"], current: 1 },
      headers: { "asya-origin": "a:0", "asya-fanout": "1" },
    }),
    [result("1", { route }), result("2", { route })],
    POLICY,
    MOMENT,
  );
  expect(sent(plan)).toMatchObject([
    { to: "happy-end", type: "happy_end", envelope: { id: "e1", headers: { "asya-origin": "a:0" } } },
    {
      to: "happy-end",
      type: "happy_end",
      envelope: { id: "e1-1", parent_id: "e1", headers: { "asya-origin": "a:0" } },
    },
  ]);
});

test("without a result the original envelope goes to happy-end, not advanced, without this hop's headers", () => {
  const headers = { tenant: "t", "asya-attempt": "2", "asya-last-error": "x", traceparent: TRACE };
  expect(sent(nextSteps(envelope({ headers }), [], POLICY, MOMENT))).toEqual([
    {
      to: "happy-end",
      type: "happy_end",
      delayMs: 0,
      envelope: {
        id: "e1",
        route: { actors: ["a", "b", "c"], current: 1 },
        headers: { tenant: "t", traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
        payload: { x: 1 },
      },
    },
  ]);
});

test("a failed attempt is repeated: the envelope as received and three headers", () => {
  const plan = failedSteps(envelope({ headers: { tenant: "t" }, priority: 9 }), failure(), POLICY, MOMENT);
  expect(plan.status).toBe("retried");
  expect(sent(plan)).toEqual([
    {
      to: "b",
      type: "retry",
      delayMs: 500,
      envelope: {
        id: "e1",
        route: { actors: ["a", "b", "c"], current: 1 },
        headers: {
          tenant: "t",
          "asya-attempt": "2",
          "asya-not-before": "2026-01-01T00:00:00.500Z",
          "asya-last-error": "ValueError: m",
        },
        priority: 9,
        payload: { x: 1 },
      },
    },
  ]);
});

test.each<[string, object, Partial<Failure>, Partial<Policy["retry"]>]>([
  ["the last attempt", { "asya-attempt": "3" }, {}, {}],
  ["a type that is not retryable", {}, {}, { nonRetryable: ["ValueError"] }],
  [
    "a base that is not retryable",
    {},
    { type: "Odd", mro: ["my.Odd", "my.Base"] },
    { nonRetryable: ["my.Base"] },
  ],
  ["a failure that never is", {}, { mayRetry: false }, {}],
  ["a deadline before the next attempt", { "asya-deadline": "2026-01-01T00:00:00.400Z" }, {}, {}],
])("%s goes to error-end", (_title, headers, more, retry) => {
  const policy = { ...POLICY, retry: { ...POLICY.retry, ...retry } };
  const plan = failedSteps(envelope({ headers }), failure(more), policy, MOMENT);
  expect([plan.status, plan.steps.map(({ to }) => to)]).toEqual(["failed", ["error-end"]]);
});

test("error-end gets the route as received, the details, how many attempts, and the original payload", () => {
  const headers = {
    tenant: "t",
    "asya-attempt": "3",
    "asya-not-before": "2026-01-01T00:00:00Z",
    "asya-origin": "a:0",
  };
  const plan = failedSteps(
    envelope({ parent_id: "e0", headers }),
    failure({ traceback: "tb" }),
    POLICY,
    MOMENT,
  );
  expect(sent(plan)[0]?.envelope).toEqual({
    id: "e1",
    parent_id: "e0",
    route: { actors: ["a", "b", "c"], current: 1 },
    headers: { tenant: "t", "asya-origin": "a:0" },
    payload: {
      error: "processing_error",
      details: { message: "m", type: "ValueError", mro: ["ValueError"], traceback: "tb", attempts: 3 },
      original_payload: { x: 1 },
    },
  });
});

test("one error among the replies fails the envelope as a whole", () => {
  const error: Reply = { error: "processing_error", details: { type: "KeyError", message: "k" } };
  const policy = { ...POLICY, retry: { ...POLICY.retry, maxAttempts: 1 } };
  const plan = nextSteps(envelope(), [result("1"), error], policy, MOMENT);
  expect(sent(plan)).toMatchObject([
    { to: "error-end", envelope: { payload: { details: { type: "KeyError" } } } },
  ]);
});

test.each([
  [undefined, "c", "c"],
  [["c"], "c", "c"],
  [["x"], "c", "error-end"],
  [[], "c", "error-end"],
  [[], "b", "b"],
  [[], undefined, "happy-end"],
])("sendTo %j: a result for %s goes to %s", (sendTo, next, to) => {
  const policy = { ...POLICY, sendTo: sendTo && new Set(sendTo) };
  const route = { actors: ["a", "b", ...(next === undefined ? [] : [next])], current: 2 };
  const plan = nextSteps(
    envelope({ route: { actors: ["a", "b"], current: 1 } }),
    [result("1", { route })],
    policy,
    MOMENT,
  );
  expect(plan.steps.map((step) => step.to)).toEqual([to]);
  if (to === "error-end")
    expect(plan.failure).toMatchObject({ reason: "validation_error", error: "validation_error" });
});

test.each<[string, unknown]>([
  ["a changed past", { actors: ["z", "b", "c"], current: 2 }],
  ["itself removed", { actors: ["a", "c"], current: 2 }],
  ["no route", undefined],
  ["current past the end", { actors: ["a", "b"], current: 3 }],
  ["a current that is no number", { actors: ["a", "b", "c"], current: "2" }],
])("a result with %s is a failed attempt of type RouteError", (_title, route) => {
  const plan = nextSteps(envelope(), [result("1", { route: route as Result["route"] })], POLICY, MOMENT);
  expect(plan.failure).toMatchObject({ reason: "routing_error", type: "RouteError" });
  expect(plan.steps.map(({ type }) => type)).toEqual(["retry"]);
});

test("a number is no headers, however it is written", () => {
  for (const number of ["1", "1.0", "12345678901234567890"]) {
    const plan = nextSteps(
      envelope(),
      [result("1", { headers: parseExact(number) as Result["headers"] })],
      POLICY,
      MOMENT,
    );
    expect(plan.failure).toMatchObject({ type: "RouteError", message: expect.stringContaining("headers") });
  }
});

test("a result that the transport cannot take goes to error-end with the original payload", () => {
  const policy = { ...POLICY, maxMessageBytes: 2_000 };
  const plan = nextSteps(envelope(), [result(`"${"x".repeat(3_000)}"`)], policy, MOMENT);
  expect(sent(plan)).toMatchObject([
    { to: "error-end", envelope: { payload: { error: "message_too_large", original_payload: { x: 1 } } } },
  ]);
});

test("an error envelope always fits: the traceback is cut first, its end stays", () => {
  const traceback = `${"é\n".repeat(2_000)}the last line`;
  const policy = { ...POLICY, maxMessageBytes: 1_500, retry: { ...POLICY.retry, maxAttempts: 1 } };
  const plan = failedSteps(envelope(), failure({ traceback }), policy, MOMENT);
  expect(plan.deadLetter).toBe(false);
  const [step] = plan.steps;
  expect(step?.body.length).toBeLessThanOrEqual(1_500);
  expect(step?.body.length).toBeGreaterThan(1_200);
  expect(sent(plan)[0]?.envelope).toMatchObject({
    payload: { details: { traceback: expect.stringMatching(/the last line$/) }, original_payload: { x: 1 } },
  });
});

test("then the payload stays behind, in the dead letters, and a pointer goes", () => {
  const payload = "x".repeat(1_300);
  const policy = { ...POLICY, maxMessageBytes: 1_500, retry: { ...POLICY.retry, maxAttempts: 1 } };
  const plan = failedSteps(envelope({ payload }), failure({ message: "m".repeat(300) }), policy, MOMENT);
  expect(plan.deadLetter).toBe(true);
  expect(sent(plan)[0]?.envelope).toMatchObject({
    id: "e1",
    payload: { original_payload: null, details: { original_payload: { queue: "asya-b-dlq", bytes: 1_302 } } },
  });
});

test("whatever the failure and the limit, an error envelope is JSON within it", () => {
  const arbitrary = fc.record({
    error: fc.string({ maxLength: 9_000 }),
    type: fc.string({ maxLength: 9_000 }),
    mro: fc.array(fc.string({ maxLength: 9_000 }), { maxLength: 300 }),
    next: fc.string({ maxLength: 9_000 }),
    message: fc.string({ unit: "binary", maxLength: 2_000 }),
    traceback: fc.option(fc.string({ unit: "binary", maxLength: 4_000 }), { nil: undefined }),
    headers: fc.dictionary(fc.string(), fc.string({ maxLength: 200 })),
    payload: fc.string({ unit: "binary", maxLength: 3_000 }),
    maxMessageBytes: fc.integer({ min: 6_000, max: 20_000 }),
  });
  fc.assert(
    fc.property(arbitrary, ({ headers, payload, maxMessageBytes, error, next, ...details }) => {
      const policy = { ...POLICY, maxMessageBytes, retry: { ...POLICY.retry, maxAttempts: 1 } };
      const route = { actors: ["a", "b", `x${next}`], current: 1 };
      const told = { ...details, traceback: details.traceback ?? null };
      const failed = failureOf({ error, details: told });
      const plan = failedSteps(envelope({ headers, payload, route }), failed, policy, MOMENT);
      expect(plan.steps[0]?.body.length).toBeLessThanOrEqual(maxMessageBytes);
      const parsed = JSON.parse(plan.steps[0]!.body.toString()) as { payload: { original_payload: unknown } };
      expect(parsed.payload.original_payload).toBe(
        plan.deadLetter ? null : JSON.parse(JSON.stringify(payload)),
      );
    }),
  );
});

test("a payload that is no JSON inside stands as a text at error-end", () => {
  const odd = parseEnvelope(
    Buffer.from('{"id":"e1","route":{"actors":["b"],"current":0},"payload":{"x":NaN}}'),
  );
  const plan = failedSteps(odd, failure({ mayRetry: false }), POLICY, MOMENT);
  expect(sent(plan)[0]?.envelope).toMatchObject({ payload: { original_payload: '{"x":NaN}' } });
});
