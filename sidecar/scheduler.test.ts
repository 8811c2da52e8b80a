import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Envelope, parseEnvelope } from "../core/envelope.ts";
import { RuntimeClient } from "./runtime-client.ts";
import { NotStarted, Scheduler, type SchedulerOptions } from "./scheduler.ts";

/** A peer that speaks wire 2 and does with each request what the test says. */
type Behaviour = (socket: Socket, request: number, bytes: Buffer) => void;

let folder: string;
let server: Server;
let client: RuntimeClient;
let requests: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "asya-scheduler-"));
  requests = 0;
});
afterEach(() => {
  client.close();
  server.close();
  rmSync(folder, { recursive: true });
});

const OPTIONS: SchedulerOptions = {
  concurrency: 1,
  batch: { maxSize: 1, maxWaitMs: 0 },
  timeoutMs: 2_000,
  maxFrameBytes: 100_000,
};
const envelope = (payload = "1") =>
  parseEnvelope(Buffer.from(`{"id":"e1","route":{"actors":["a"],"current":0},"payload":${payload}}`));

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function answer(socket: Socket): void {
  const meta = Buffer.from('{"replies":[[]]}');
  socket.write(Buffer.concat([u32(4 + meta.length), u32(meta.length), meta]));
}

async function start(behave: Behaviour, more: Partial<SchedulerOptions> = {}): Promise<Scheduler> {
  server = createServer((socket) => {
    let data = Buffer.alloc(0);
    let opened = false;
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      data = Buffer.concat([data, chunk]);
      if (!opened && data.length >= 8) [opened, data] = [true, data.subarray(8)];
      if (!opened) return;
      while (data.length >= 4 && data.length >= 4 + data.readUInt32BE(0)) {
        const bytes = data.subarray(4, 4 + data.readUInt32BE(0));
        data = data.subarray(4 + bytes.length);
        behave(socket, ++requests, bytes);
      }
    });
  }).listen(join(folder, "asya-runtime.sock"));
  await once(server, "listening");
  writeFileSync(join(folder, "runtime-ready"), '{"protocol":2}');
  const { concurrency, maxFrameBytes } = { ...OPTIONS, ...more };
  client = new RuntimeClient({ folder, socketName: "asya-runtime.sock", maxFrameBytes, concurrency });
  return new Scheduler(client, { ...OPTIONS, ...more });
}

test("a message whose runtime dies is repeated, uncounted, three times; then it is a failed attempt", async () => {
  const scheduler = await start((socket) => socket.destroy());
  const outcome = await scheduler.run(envelope(), undefined);
  expect(outcome).toMatchObject({
    failure: { type: "RuntimeCrashed", error: "connection_error", reason: "runtime_error", mayRetry: true },
  });
  expect(requests).toBe(4);
});

test("a runtime that dies once costs the message nothing", async () => {
  const scheduler = await start((socket, request) => (request === 1 ? socket.destroy() : answer(socket)));
  expect(await scheduler.run(envelope(), undefined)).toMatchObject({ replies: [] });
});

test("a message that kills its runtime takes no other message with it", async () => {
  const scheduler = await start(
    (socket, _request, bytes) => (bytes.includes("poison") ? socket.destroy() : answer(socket)),
    { concurrency: 4 },
  );
  const warmUp = Array.from({ length: 50 }, () => scheduler.run(envelope(), undefined));
  await Promise.all(warmUp);
  const payloads = Array.from({ length: 100 }, (_, index) => (index === 30 ? '"poison"' : "1"));
  const outcomes = await Promise.all(payloads.map((payload) => scheduler.run(envelope(payload), undefined)));
  const failed = outcomes.flatMap((outcome, index) => ("failure" in outcome ? [index] : []));
  expect(failed).toEqual([30]);
});

test("a reply that breaks the framing is a failed attempt on a new connection", async () => {
  const scheduler = await start((socket, request) =>
    request === 1 ? socket.write(Buffer.from([0, 0, 0, 1, 7])) : answer(socket),
  );
  expect(await scheduler.run(envelope(), undefined)).toMatchObject({
    failure: { type: "FrameError", error: "connection_error", mayRetry: true },
  });
  expect(await scheduler.run(envelope(), undefined)).toMatchObject({ replies: [] });
});

test("a reply announced over the limit is a failed attempt", async () => {
  const scheduler = await start((socket) => socket.write(u32(100_001)));
  expect(await scheduler.run(envelope(), undefined)).toMatchObject({
    failure: { message: "a frame of 100001 bytes is announced; ASYA_MAX_FRAME_BYTES allows 100000" },
  });
});

test("a request over the limit is refused and harms no other", async () => {
  const scheduler = await start(answer);
  const [large, small] = await Promise.all([
    scheduler.run(envelope(`"${"x".repeat(100_000)}"`), undefined),
    scheduler.run(envelope(), undefined),
  ]);
  expect(large).toMatchObject({ failure: { type: "RequestTooLarge", mayRetry: false } });
  expect(small).toMatchObject({ replies: [] });
});

test("a deadline that passes while the message waits or runs is no timeout of the handler", async () => {
  const scheduler = await start(() => {});
  await client.ready(new AbortController().signal);
  const deadline = new Date(Date.now() + 300);
  const outcomes = await Promise.all([
    scheduler.run(envelope(), deadline),
    scheduler.run(envelope(), deadline),
  ]);
  expect(outcomes).toMatchObject([
    { failure: { type: "DeadlineExceeded", mayRetry: false } },
    { failure: { type: "DeadlineExceeded", mayRetry: false } },
  ]);
  expect(requests).toBe(1);
});

test("short handlers get their next requests before they have answered", async () => {
  let unanswered = 0;
  let most = 0;
  const scheduler = await start((socket) => {
    most = Math.max(most, ++unanswered);
    setImmediate(() => {
      unanswered--;
      answer(socket);
    });
  });
  // A busy machine can make each of the first ones long; then more are needed until they are short.
  await vi.waitFor(
    async () => {
      const runs = Array.from({ length: 499 }, () => scheduler.run(envelope(), undefined));
      expect((await Promise.all(runs)).every((outcome) => "replies" in outcome)).toBe(true);
      expect(most).toBeGreaterThan(1);
    },
    { timeout: 15_000 },
  );
}, 20_000);

test("an error of our own is told to whoever asked, and the next envelope runs", async () => {
  const scheduler = await start((socket) => answer(socket));
  const unwritable = { ...envelope(), fields: { n: 1n } } as unknown as Envelope;
  await expect(scheduler.run(unwritable, undefined)).rejects.toThrow(TypeError);
  expect(await scheduler.run(envelope(), undefined)).toMatchObject({ replies: [] });
});

test("at stop what has not begun is not started, what runs is finished", async () => {
  const held = Promise.withResolvers<Socket>();
  const scheduler = await start((socket) => held.resolve(socket));
  const [runs, waits] = [scheduler.run(envelope(), undefined), scheduler.run(envelope(), undefined)];
  const socket = await held.promise;
  scheduler.stop();
  await expect(waits).rejects.toThrow(NotStarted);
  await expect(scheduler.run(envelope(), undefined)).rejects.toThrow(NotStarted);
  answer(socket);
  expect(await runs).toMatchObject({ replies: [] });
});

test("while there is no runtime messages wait, until they are abandoned", async () => {
  client = new RuntimeClient({ folder, socketName: "none.sock", maxFrameBytes: 1_000, concurrency: 1 });
  server = createServer();
  const scheduler = new Scheduler(client, OPTIONS);
  const [first, second] = [scheduler.run(envelope(), undefined), scheduler.run(envelope(), undefined)];
  scheduler.abandonWaiting();
  await expect(first).rejects.toThrow(NotStarted);
  await expect(second).rejects.toThrow(NotStarted);
});
