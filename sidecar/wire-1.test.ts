import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Envelope, parseEnvelope } from "../core/envelope.ts";
import { RuntimeClient, wireOf } from "./runtime-client.ts";
import { RuntimeTimeout, Unanswered } from "./runtime-connection.ts";

/** Transcripts of Asya 0.1's runtime: one connection per message, closed by the runtime after its reply. */

let folder: string;
let server: Server;
let client: RuntimeClient;
/** What came on each connection, in the order in which they were opened. */
let received: Buffer[];
let sockets: Socket[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "asya-wire-"));
  received = [];
  sockets = [];
});
afterEach(() => {
  client.close();
  server.close();
  rmSync(folder, { recursive: true });
});

const ENVELOPE =
  '{"id":"e1","route":{"actors":["a","b"],"current":0},"headers":{"t":"1"},"payload":{"n":1.0}}';
const REPLY =
  '[{"payload": {"n": 2.0}, "route": {"actors": ["a", "b"], "current": 1}, "headers": {"t": "1"}}]';
const NEVER = new AbortController().signal;

const envelope = (): Envelope => parseEnvelope(Buffer.from(ENVELOPE));

function frame(body: string): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(Buffer.byteLength(body));
  return Buffer.concat([head, Buffer.from(body)]);
}

type Behaviour = (socket: Socket, connection: number) => void;

const ADDRESS = () => ({ folder, socketName: "asya-runtime.sock", maxFrameBytes: 1_000_000, concurrency: 1 });

async function startServer(answer: Behaviour): Promise<void> {
  server = createServer((socket) => {
    sockets.push(socket);
    const connection = received.push(Buffer.alloc(0)) - 1;
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      received[connection] = Buffer.concat([received[connection]!, chunk]);
      answer(socket, connection);
    });
  }).listen(join(folder, "asya-runtime.sock"));
  await once(server, "listening");
}

async function startRuntime(answer: Behaviour, ready = "ready"): Promise<void> {
  await startServer(answer);
  writeFileSync(join(folder, "runtime-ready"), ready);
  client = new RuntimeClient(ADDRESS());
}

async function run(timeoutMs = 1_000) {
  return (await client.run([envelope()], timeoutMs, NEVER)).replies;
}

test("each message has its own connection: the length and the envelope as received", async () => {
  await startRuntime((socket) => socket.end(frame(REPLY)));
  for (let message = 0; message < 3; message++) {
    const [[reply]] = (await run()) as unknown as [[{ payload: Uint8Array }]];
    expect(reply).toMatchObject({ route: { actors: ["a", "b"], current: 1 }, headers: { t: "1" } });
    expect(Buffer.from(reply.payload).toString()).toBe('{"n": 2.0}');
  }
  expect(received).toEqual([frame(ENVELOPE), frame(ENVELOPE), frame(ENVELOPE)]);
});

test("files that a killed runtime left behind are no runtime", async () => {
  const left = createServer().listen(join(folder, "left.sock"));
  await once(left, "listening");
  renameSync(join(folder, "left.sock"), join(folder, "asya-runtime.sock"));
  left.close();
  writeFileSync(join(folder, "runtime-ready"), "ready");
  const changes: boolean[] = [];
  client = new RuntimeClient(ADDRESS(), (isReady) => changes.push(isReady));
  await expect.poll(() => client.problem).toMatchObject({ code: "ECONNREFUSED" });
  expect(changes).toEqual([false]);
  rmSync(join(folder, "asya-runtime.sock"));
  await startServer((socket) => socket.end(frame("[]")));
  await expect.poll(() => client.isReady).toBe(true);
  expect(await run()).toEqual([[]]);
});

test("a runtime that ends is not ready any more, before any message has come", async () => {
  await startRuntime(() => {});
  await expect.poll(() => client.isReady).toBe(true);
  server.close();
  for (const socket of sockets) socket.destroy();
  await expect.poll(() => client.isReady).toBe(false);
});

test("a reply that comes byte by byte is whole", async () => {
  await startRuntime((socket) => {
    for (const byte of frame(REPLY)) socket.write(Buffer.of(byte));
    socket.end();
  });
  expect(await run()).toMatchObject([[{ headers: { t: "1" } }]]);
});

test("an error of 0.1 has no mro; an empty list is no result", async () => {
  const replies = [
    '[{"error": "processing_error", "details": {"message": "m", "type": "ValueError", "traceback": "tb"}}]',
    "[]",
  ];
  await startRuntime((socket, connection) => socket.end(frame(replies[connection]!)));
  expect(await run()).toEqual([
    [{ error: "processing_error", details: { message: "m", type: "ValueError", traceback: "tb" } }],
  ]);
  expect(await run()).toEqual([[]]);
});

test("a runtime that closes without a reply leaves the message unanswered", async () => {
  await startRuntime((socket) => socket.destroy());
  await expect(run()).rejects.toThrow(Unanswered);
});

test("a reply that does not come in time closes the connection", async () => {
  const closed = Promise.withResolvers<void>();
  await startRuntime((socket) => socket.on("close", () => closed.resolve()));
  await expect(run(50)).rejects.toThrow(RuntimeTimeout);
  await closed.promise;
});

test.each([
  ['{"protocol": 2, "pid": 7, "concurrency": 1, "batching": null}', 2],
  ["ready", 1],
  ["", 1],
  ["2", 1],
  ['{"status": "ready"}', 1],
])("runtime-ready %j means wire %d", (text, wire) => {
  expect(wireOf(text)).toBe(wire);
});

test("with wire 2 one connection serves many messages and opens with ASYA 0 0 0 2", async () => {
  const meta = '{"replies":[[{"route":{"actors":["a","b"],"current":1},"payloadBytes":1}]]}';
  const inner = Buffer.concat([frame(meta), Buffer.from("7")]);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(inner.length);
  const request = Buffer.from('{"n":1.0}');
  await startRuntime((socket, connection) => {
    const text = received[connection]!;
    // Each request ends with its payload.
    if (text.subarray(-request.length).equals(request)) socket.write(Buffer.concat([head, inner]));
  }, '{"protocol":2}');
  for (let message = 0; message < 3; message++) {
    expect(await run()).toMatchObject([[{ route: { current: 1 } }]]);
  }
  expect(received).toHaveLength(1);
  expect(received[0]!.subarray(0, 8)).toEqual(Buffer.from("ASYA\0\0\0\x02"));
});
