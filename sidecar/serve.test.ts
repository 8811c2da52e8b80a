import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { Bed } from "../test/sidecar/bed.ts";

let bed: Bed;
afterEach(() => bed.close());

const HANDLERS = `
import os, time

def double(payload):
    return {"x": payload["x"] * 2}

def fan_out(payload):
    return [{"part": part} for part in payload["parts"]]

def nothing(payload):
    return None

def fail(payload):
    raise ValueError("no luck with " + str(payload["x"]))

def fail_twice(payload):
    marker = os.environ["MARKER"]
    with open(marker, "a") as file:
        file.write("x")
    if os.path.getsize(marker) < 3:
        raise KeyError("not yet")
    return payload

def slow(payload):
    time.sleep(payload["seconds"])
    return payload

def echo(payload):
    return payload
`;

const envelope = (payload: unknown, more: object = {}) => ({
  id: "e1",
  route: { actors: ["a", "b"], current: 0 },
  headers: { trace_id: "t", order: 7 },
  payload,
  ...more,
});

test("one result goes to the next actor, with the id, the advanced route and the headers", async () => {
  bed = new Bed(HANDLERS, "a", "b");
  bed.runtime("a", "double");
  await bed.sidecar("a");
  await bed.send("a", envelope({ x: 21 }, { parent_id: "e0" }));
  expect(await bed.receive("b")).toEqual({
    id: "e1",
    parent_id: "e0",
    route: { actors: ["a", "b"], current: 1 },
    headers: { trace_id: "t", order: 7, "asya-origin": "a:0", "asya-fanout": "1" },
    payload: { x: 42 },
  });
});

test("a list fans out: item 0 keeps the id, the others name their parent, each has its own origin", async () => {
  bed = new Bed(HANDLERS, "a", "b");
  bed.runtime("a", "fan_out");
  await bed.sidecar("a");
  await bed.send("a", envelope({ parts: ["p", "q", "r"] }));
  const children = [await bed.receive("b"), await bed.receive("b"), await bed.receive("b")];
  expect(children.map(({ id, parent_id, payload }) => [id, parent_id, payload])).toEqual([
    ["e1", undefined, { part: "p" }],
    ["e1-1", "e1", { part: "q" }],
    ["e1-2", "e1", { part: "r" }],
  ]);
  expect(children.map(({ headers }) => [headers?.["asya-origin"], headers?.["asya-fanout"]])).toEqual([
    ["a:0", "3"],
    ["a:1", "3"],
    ["a:2", "3"],
  ]);
});

test("no result ends the route: the original envelope, not advanced, goes to happy-end", async () => {
  bed = new Bed(HANDLERS, "a", "b");
  bed.runtime("a", "nothing");
  await bed.sidecar("a");
  await bed.send("a", envelope({ x: 1 }));
  expect(await bed.receive("happy-end")).toEqual(envelope({ x: 1 }));
});

test("past the end of the route a result goes to happy-end", async () => {
  bed = new Bed(HANDLERS, "b");
  bed.runtime("b", "echo");
  await bed.sidecar("b");
  await bed.send("b", envelope({ x: 1 }, { route: { actors: ["a", "b"], current: 1, metadata: { n: 1 } } }));
  expect(await bed.receive("happy-end")).toEqual(
    envelope({ x: 1 }, { route: { actors: ["a", "b"], current: 2, metadata: { n: 1 } } }),
  );
});

test("an exception goes to error-end with message, type, traceback, the route and the payload as received", async () => {
  bed = new Bed(HANDLERS, "a", "b");
  bed.runtime("a", "fail");
  const sidecar = await bed.sidecar("a");
  await bed.send("a", envelope({ x: 1 }));
  const failed = await bed.receive("error-end");
  expect(failed).toEqual({
    ...envelope(undefined),
    payload: {
      error: "processing_error",
      details: {
        message: "no luck with 1",
        type: "ValueError",
        mro: ["ValueError", "Exception"],
        traceback: expect.stringContaining("in fail"),
        attempts: 1,
      },
      original_payload: { x: 1 },
    },
  });
  const metrics = await (await sidecar.get("/metrics")).text();
  expect(metrics).toContain('asya_actor_messages_failed_total{queue="asya-a",reason="runtime_error"} 1');
  expect(metrics).toContain('asya_actor_runtime_errors_total{queue="asya-a",error_type="ValueError"} 1');
  expect(metrics).toContain(
    'asya_actor_messages_sent_total{destination_queue="asya-error-end",message_type="error_end"} 1',
  );
  expect(sidecar.lines.join("\n")).not.toContain("no luck");
});

test("a failed attempt is repeated later by the actor's own queue, and then succeeds", async () => {
  bed = new Bed(HANDLERS, "a", "b");
  bed.runtime("a", "fail_twice", { MARKER: `${bed.folder}/marker` });
  const sidecar = await bed.sidecar("a", {
    ASYA_RETRY_MAX_ATTEMPTS: "3",
    ASYA_RETRY_INITIAL_DELAY: "20ms",
  });
  await bed.send("a", envelope({ x: 1 }));
  const { headers, payload } = await bed.receive("b");
  expect(payload).toEqual({ x: 1 });
  expect(headers).toEqual({ trace_id: "t", order: 7, "asya-origin": "a:0", "asya-fanout": "1" });
  const metrics = await (await sidecar.get("/metrics")).text();
  expect(metrics).toContain('messages_sent_total{destination_queue="asya-a",message_type="retry"} 2');
  expect(metrics).toContain('runtime_errors_total{queue="asya-a",error_type="KeyError"} 2');
});

test("when all attempts failed the envelope goes to error-end, as received, with their number", async () => {
  bed = new Bed(HANDLERS, "a");
  bed.runtime("a", "fail");
  await bed.sidecar("a", { ASYA_RETRY_MAX_ATTEMPTS: "3", ASYA_RETRY_INITIAL_DELAY: "1ms" });
  await bed.send("a", envelope({ x: 1 }));
  const { headers, payload } = await bed.receive("error-end");
  expect(headers).toEqual({ trace_id: "t", order: 7 });
  expect(payload).toMatchObject({ details: { attempts: 3, type: "ValueError" } });
});

test("a handler that overstays its time is ended and goes to error-end as TimeoutError; the next message runs", async () => {
  bed = new Bed(HANDLERS, "a", "b");
  bed.runtime("a", "slow");
  await bed.sidecar("a", { ASYA_RUNTIME_TIMEOUT: "300ms" });
  await bed.send("a", envelope({ seconds: 60 }));
  expect((await bed.receive("error-end")).payload).toMatchObject({ details: { type: "TimeoutError" } });
  await bed.send("a", envelope({ seconds: 0 }));
  expect((await bed.receive("b")).payload).toEqual({ seconds: 0 });
});

test("a killed runtime's messages are repeated by the next one, without counting an attempt", async () => {
  bed = new Bed(HANDLERS, "a", "b");
  const first = bed.runtime("a", "slow");
  const sidecar = await bed.sidecar("a");
  await bed.send("a", envelope({ seconds: 0.5 }));
  await first.line(/ready/i);
  await sidecar.line(/"msg":"the runtime is ready"/);
  while (!(await (await sidecar.get("/metrics")).text()).includes("asya_actor_active_messages 1"));
  await first.kill("SIGKILL");
  bed.runtime("a", "slow");
  const { payload, headers } = await bed.receive("b");
  expect(payload).toEqual({ seconds: 0.5 });
  expect(headers).not.toHaveProperty("asya-attempt");
});

test("SIGTERM: what runs is finished and sent, what has not begun goes back, exit 0", async () => {
  bed = new Bed(HANDLERS, "a", "b");
  bed.runtime("a", "slow");
  const sidecar = await bed.sidecar("a");
  await bed.send("a", envelope({ seconds: 0.1 }, { id: "first" }));
  expect((await bed.receive("b")).id).toBe("first");
  await bed.send("a", envelope({ seconds: 1 }, { id: "runs" }));
  await bed.send("a", envelope({ seconds: 1 }, { id: "waits" }));
  while (!(await (await sidecar.get("/metrics")).text()).includes("asya_actor_active_messages 2"));
  expect(await sidecar.kill("SIGTERM")).toBe(0);
  expect((await bed.receive("b")).id).toBe("runs");
  expect(bed.broker.depth("asya-a")).toEqual({ ready: 1, hidden: 0 });
});

test("with a runtime that announces nothing but free text wire 1 is spoken, and means the same", async () => {
  bed = new Bed(HANDLERS, "a", "b");
  const runtime = bed.runtime("a", "fan_out");
  await runtime.line(/ready/i);
  writeFileSync(join(bed.socketDir("a"), "runtime-ready"), "ready");
  await bed.sidecar("a");
  for (const id of ["e1", "e2"]) await bed.send("a", envelope({ parts: [1.0, { x: "é" }] }, { id }));
  const children = await Promise.all([1, 2, 3, 4].map(() => bed.receive("b")));
  expect(children.map(({ id, payload }) => [id, payload])).toEqual([
    ["e1", { part: 1 }],
    ["e1-1", { part: { x: "é" } }],
    ["e2", { part: 1 }],
    ["e2-1", { part: { x: "é" } }],
  ]);
});

test("/ready says why messages cannot be handled; /health answers as long as the process lives", async () => {
  bed = new Bed(HANDLERS, "a");
  const sidecar = await bed.sidecar("a");
  const notReady = await sidecar.get("/ready");
  expect([notReady.status, await notReady.text()]).toEqual([503, "the runtime is not ready\n"]);
  expect((await sidecar.get("/health")).status).toBe(200);
  bed.runtime("a", "echo");
  await sidecar.line(/"msg":"the runtime is ready"/);
  expect((await sidecar.get("/ready")).status).toBe(200);
});

test("a variable that does not parse ends the sidecar with its name and value", async () => {
  bed = new Bed(HANDLERS, "a");
  await expect(bed.sidecar("a", { ASYA_RUNTIME_TIMEOUT: "5 minutes" })).rejects.toThrow(
    'asya-sidecar: ASYA_RUNTIME_TIMEOUT must be a duration such as 1m30s or 500ms, got "5 minutes"',
  );
});
