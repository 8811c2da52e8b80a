import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { Bed } from "../test/sidecar/bed.ts";

let bed: Bed;
let gateway: Server | undefined;
afterEach(async () => {
  await bed.close();
  gateway?.closeAllConnections();
  gateway?.close();
  gateway = undefined;
});

const HANDLERS = `
import ctypes, threading, time

def echo(payload):
    return payload

def fan_out(payload):
    return [1, 2]

def keep(envelope):
    return {}

def keep_and_tell(envelope):
    return {"payload": {"stored": True}}

def broken(envelope):
    raise OSError("disk full")

sizes = []
def batch(payloads):
    sizes.append(len(payloads))
    if any(payload == "bad" for payload in payloads):
        raise ValueError("one is bad")
    return [{"payload": payload, "sizes": list(sizes)} for payload in payloads]

barrier = threading.Barrier(4)
def together(payload):
    barrier.wait(10)
    return payload

def hold_or_hang(payload):
    time.sleep(3600 if payload == "hang" else 1)
    return payload

def hold_the_gil(payload):
    print("begun", flush=True)
    if payload == "hang":
        ctypes.PyDLL(None).sleep(3600)
    return payload
`;

const END = { ASYA_IS_END_ACTOR: "true" };
const ENVELOPE_MODE = { ASYA_HANDLER_MODE: "envelope", ASYA_ENABLE_VALIDATION: "false" };

const envelope = (id: string, payload: unknown, more: object = {}) => ({
  id,
  route: { actors: ["a", "b"], current: 0 },
  payload,
  ...more,
});

interface Call {
  path: string;
  body: unknown;
}

/** Records what is reported; answers with `status`. */
async function startGateway(
  status = 200,
): Promise<{ url: string; calls: Call[]; next: (path: RegExp) => Promise<Call> }> {
  const calls: Call[] = [];
  let wake = () => {};
  gateway = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      calls.push({ path: request.url!, body: JSON.parse(text) });
      response.writeHead(status).end("{}");
      wake();
    });
  }).listen(0, "127.0.0.1");
  await once(gateway, "listening");
  const next = async (path: RegExp) => {
    for (;;) {
      const index = calls.findIndex((call) => path.test(call.path));
      if (index >= 0) return calls.splice(index, 1)[0]!;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return { url: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`, calls, next };
}

test("a message that is no envelope goes to error-end with its text, under an id made of it", async () => {
  bed = new Bed(HANDLERS, "a");
  bed.runtime("a", "echo");
  await bed.sidecar("a", { ASYA_RETRY_MAX_ATTEMPTS: "5" });
  await bed.send("a", Buffer.from("not an envelope"));
  const failed = await bed.receive("error-end");
  expect(failed).toEqual({
    id: expect.stringMatching(/^unparsable-[0-9a-f]{24}$/),
    route: { actors: ["a"], current: 0 },
    payload: {
      error: "msg_parsing_error",
      details: {
        message: 'the message is no JSON object: "{" expected at byte 0',
        type: "EnvelopeError",
        mro: ["EnvelopeError"],
        attempts: 1,
      },
      original_payload: "not an envelope",
    },
  });
});

test("a message for another actor goes to error-end as a route mismatch, never retried", async () => {
  bed = new Bed(HANDLERS, "a");
  bed.runtime("a", "echo");
  const sidecar = await bed.sidecar("a", { ASYA_RETRY_MAX_ATTEMPTS: "5" });
  await bed.send("a", envelope("e1", 1, { route: { actors: ["z", "a"], current: 0 } }));
  const failed = await bed.receive("error-end");
  expect(failed.route).toEqual({ actors: ["z", "a"], current: 0 });
  expect(failed.payload).toMatchObject({
    error: expect.stringMatching(/^Route mismatch/),
    original_payload: 1,
  });
  const metrics = await (await sidecar.get("/metrics")).text();
  expect(metrics).toContain('messages_failed_total{queue="asya-a",reason="route_mismatch"} 1');
});

test("payloads of 5 MiB, unicode and odd numbers arrive byte for byte behind an envelope handler", async () => {
  bed = new Bed(
    "def same(envelope):\n    envelope['route']['current'] += 1\n    return envelope\n",
    "a",
    "b",
  );
  bed.runtime("a", "same", { ASYA_HANDLER_MODE: "envelope" });
  await bed.sidecar("a");
  const payload = { text: "é😀\u0000".repeat(600_000), n: 0.1 };
  await bed.send("a", envelope("e1", payload));
  expect((await bed.receive("b")).payload).toEqual(payload);
});

test("a missing next queue is named, tried again, and then a failed attempt: nothing is dropped", async () => {
  bed = new Bed(HANDLERS, "a");
  bed.runtime("a", "echo");
  const sidecar = await bed.sidecar("a", {
    ASYA_QUEUE_RETRY_MAX_ATTEMPTS: "2",
    ASYA_QUEUE_RETRY_BACKOFF: "10ms",
    ASYA_RETRY_MAX_ATTEMPTS: "2",
    ASYA_RETRY_INITIAL_DELAY: "10ms",
  });
  await bed.send("a", envelope("e1", { x: 1 }));
  expect((await bed.receive("error-end")).payload).toMatchObject({
    error: "queue_not_found",
    details: {
      type: "QueueNotFound",
      message: expect.stringContaining('actor "b" has no queue'),
      attempts: 2,
    },
    original_payload: { x: 1 },
  });
  await sidecar.line(/"msg":"an envelope failed"/);
  expect(sidecar.lines.filter((line) => line.includes("not sent, trying again"))).toHaveLength(2);
});

test("a next queue that appears in time gets the message", async () => {
  bed = new Bed(HANDLERS, "a");
  bed.runtime("a", "echo");
  const sidecar = await bed.sidecar("a", { ASYA_QUEUE_RETRY_BACKOFF: "20ms" });
  await bed.send("a", envelope("e1", { x: 1 }));
  await sidecar.line(/not sent, trying again/);
  bed.broker.declare("b");
  expect((await bed.receive("b")).payload).toEqual({ x: 1 });
});

test("without a queue for error-end a failed message stays in its own queue", async () => {
  bed = new Bed(HANDLERS, "a");
  bed.runtime("a", "echo");
  const sidecar = await bed.sidecar("a", {
    ASYA_ACTOR_ERROR_END: "nowhere",
    ASYA_QUEUE_RETRY_MAX_ATTEMPTS: "1",
  });
  await bed.send("a", Buffer.from("not an envelope"));
  await sidecar.line(/goes back to the queue/);
  expect(await sidecar.kill("SIGTERM")).toBe(0);
  expect(bed.broker.depth("asya-a")).toEqual({ ready: 1, hidden: 0 });
});

test("progress: received with its size, processing, completed with its duration; children are announced", async () => {
  bed = new Bed(HANDLERS, "a", "b");
  const { url, next } = await startGateway();
  bed.runtime("a", "fan_out");
  await bed.sidecar("a", { ASYA_GATEWAY_URL: url });
  await bed.send("a", envelope("e 1", { x: 1 }));
  const actors = ["a", "b"];
  expect((await next(/progress/)).body).toEqual({
    actors,
    current_actor_idx: 0,
    status: "received",
    message_size_kb: 0.07,
  });
  expect((await next(/progress/)).body).toMatchObject({ status: "processing" });
  const child = await next(/^\/envelopes$/);
  expect(child.body).toEqual({ id: "e 1-1", parent_id: "e 1", actors, current: 1 });
  const completed = await next(/progress/);
  expect(completed.path).toBe("/envelopes/e%201/progress");
  expect(completed.body).toMatchObject({ status: "completed", duration_ms: expect.any(Number) });
});

test("happy-end tells the gateway the payload, or what its handler returns instead, and sends nothing on", async () => {
  bed = new Bed(HANDLERS);
  const { url, next } = await startGateway();
  bed.runtime("happy-end", "keep", ENVELOPE_MODE);
  const sidecar = await bed.sidecar("happy-end", { ...END, ASYA_GATEWAY_URL: url });
  await bed.send("happy-end", envelope("e1", { n: 1 }, { route: { actors: ["a"], current: 1 } }));
  expect(await next(/e1\/final/)).toEqual({
    path: "/envelopes/e1/final",
    body: { id: "e1", status: "succeeded", actors: ["a"], current_actor_idx: 1, result: { n: 1 } },
  });
  await sidecar.kill("SIGTERM");
  expect(bed.broker.depth("asya-happy-end")).toEqual({ ready: 0, hidden: 0 });
});

test("a handler's own payload is the result", async () => {
  bed = new Bed(HANDLERS);
  const { url, next } = await startGateway();
  bed.runtime("happy-end", "keep_and_tell", ENVELOPE_MODE);
  await bed.sidecar("happy-end", { ...END, ASYA_GATEWAY_URL: url });
  await bed.send("happy-end", envelope("e1", 1));
  expect((await next(/final/)).body).toMatchObject({ result: { stored: true } });
});

test("error-end tells the gateway error, details and actor", async () => {
  bed = new Bed(HANDLERS);
  const { url, next } = await startGateway();
  bed.runtime("error-end", "keep", ENVELOPE_MODE);
  await bed.sidecar("error-end", { ...END, ASYA_GATEWAY_URL: url });
  const details = { message: "m", type: "ValueError" };
  await bed.send("error-end", envelope("e1", { error: "processing_error", details, original_payload: 1 }));
  expect((await next(/final/)).body).toEqual({
    id: "e1",
    status: "failed",
    error: "processing_error",
    details,
    actor: "a",
    actors: ["a", "b"],
    current_actor_idx: 0,
  });
});

test("a gateway that is not there stops no message", async () => {
  bed = new Bed(HANDLERS, "a", "b");
  bed.runtime("a", "echo");
  await bed.sidecar("a", { ASYA_GATEWAY_URL: "http://127.0.0.1:9" });
  for (const id of ["e1", "e2", "e3"]) await bed.send("a", envelope(id, 1));
  for (const id of ["e1", "e2", "e3"]) expect((await bed.receive("b")).id).toBe(id);
});

test("an end actor whose handler keeps failing: the gateway is told, the message lies in the dead letters", async () => {
  bed = new Bed(HANDLERS);
  const { url, next } = await startGateway();
  bed.runtime("happy-end", "broken", ENVELOPE_MODE);
  const sidecar = await bed.sidecar("happy-end", {
    ...END,
    ASYA_GATEWAY_URL: url,
    ASYA_RETRY_MAX_ATTEMPTS: "2",
    ASYA_RETRY_INITIAL_DELAY: "10ms",
  });
  await bed.send("happy-end", envelope("e1", { n: 1 }));
  expect((await next(/final/)).body).toMatchObject({ status: "succeeded", result: { n: 1 } });
  await sidecar.line(/dead-letter queue/);
  expect(bed.broker.depth("asya-happy-end-dlq")).toEqual({ ready: 1, hidden: 0 });
});

test("a batch is one call for what waits; one that fails is repeated one by one, uncounted", async () => {
  bed = new Bed(HANDLERS, "a", "b");
  const batching = { ASYA_BATCH_MAX_SIZE: "4", ASYA_BATCH_MAX_WAIT: "5s" };
  for (const id of ["e1", "e2", "e3", "e4"]) await bed.send("a", envelope(id, id));
  bed.runtime("a", "batch", batching);
  await bed.sidecar("a", batching);
  const first = await Promise.all([1, 2, 3, 4].map(() => bed.receive("b")));
  expect(first.map(({ payload }) => payload)).toEqual(
    ["e1", "e2", "e3", "e4"].map((payload) => ({ payload, sizes: [4] })),
  );
  for (const payload of ["ok", "bad", "ok", "ok"]) await bed.send("a", envelope("f", payload));
  expect((await bed.receive("error-end")).payload).toMatchObject({
    details: { attempts: 1 },
    original_payload: "bad",
  });
  const rest = await Promise.all([1, 2, 3].map(() => bed.receive("b")));
  expect(rest.map(({ payload }) => (payload as { payload: string }).payload)).toEqual(["ok", "ok", "ok"]);
});

test("an incomplete batch goes when its time is over", async () => {
  bed = new Bed(HANDLERS, "a", "b");
  const batching = { ASYA_BATCH_MAX_SIZE: "100", ASYA_BATCH_MAX_WAIT: "50ms" };
  bed.runtime("a", "batch", batching);
  await bed.sidecar("a", batching);
  await bed.send("a", envelope("e1", 1));
  expect((await bed.receive("b")).payload).toEqual({ payload: 1, sizes: [1] });
});

test("concurrency 4 runs four handlers at the same time", async () => {
  bed = new Bed(HANDLERS, "a", "b");
  bed.runtime("a", "together", { ASYA_CONCURRENCY: "4" });
  await bed.sidecar("a", { ASYA_CONCURRENCY: "4" });
  for (const id of ["e1", "e2", "e3", "e4"]) await bed.send("a", envelope(id, id));
  const done = await Promise.all([1, 2, 3, 4].map(() => bed.receive("b")));
  expect(done.map(({ id }) => id).sort()).toEqual(["e1", "e2", "e3", "e4"]);
});

test("a hung handler is ended; what ran beside it is repeated without counting an attempt", async () => {
  bed = new Bed(HANDLERS, "a", "b");
  bed.runtime("a", "hold_or_hang", { ASYA_CONCURRENCY: "2" });
  const sidecar = await bed.sidecar("a", { ASYA_CONCURRENCY: "2", ASYA_RUNTIME_TIMEOUT: "2500ms" });
  await bed.send("a", envelope("hangs", "hang"));
  for (const id of ["e1", "e2", "e3"]) await bed.send("a", envelope(id, id));
  expect((await bed.receive("error-end")).id).toBe("hangs");
  const done = await Promise.all([1, 2, 3].map(() => bed.receive("b")));
  expect(done.map(({ id }) => id).sort()).toEqual(["e1", "e2", "e3"]);
  expect(done.every(({ headers }) => headers?.["asya-attempt"] === undefined)).toBe(true);
  const metrics = await (await sidecar.get("/metrics")).text();
  expect(metrics).toContain('runtime_errors_total{queue="asya-a",error_type="TimeoutError"} 1');
});

test("what cannot run beside a handler that holds the GIL is not blamed for its own lateness", async () => {
  bed = new Bed(HANDLERS, "a", "b");
  const runtime = bed.runtime("a", "hold_the_gil", { ASYA_CONCURRENCY: "3" });
  await bed.sidecar("a", { ASYA_CONCURRENCY: "3", ASYA_RUNTIME_TIMEOUT: "1s" });
  await bed.send("a", envelope("hangs", "hang"));
  await runtime.line(/begun/);
  for (const id of ["e1", "e2"]) await bed.send("a", envelope(id, id));
  expect((await bed.receive("error-end")).id).toBe("hangs");
  const done = await Promise.all([1, 2].map(() => bed.receive("b")));
  expect(done.map(({ id }) => id).sort()).toEqual(["e1", "e2"]);
  expect(bed.broker.depth("asya-error-end")).toEqual({ ready: 0, hidden: 0 });
});
