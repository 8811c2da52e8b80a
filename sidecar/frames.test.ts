import fc from "fast-check";
import { expect, test } from "vitest";
import { type Envelope, MAX_NESTING, parseEnvelope } from "../core/envelope.ts";
import {
  decodeReplies,
  encodeRequest,
  FrameError,
  FrameReader,
  isRuntimeError,
  type Reply,
  RequestTooLarge,
  requestBytes,
} from "./frames.ts";

const MAX = 1_000_000;
const text = (bytes: Uint8Array | undefined) =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString("utf8");

const envelope = (payload: string): Envelope =>
  parseEnvelope(Buffer.from(`{"id":"e1","route":{"actors":["a"],"current":0},"payload":${payload}}`));

/** u32 in front of a body. */
function frame(body: string | Uint8Array): Buffer {
  const bytes = Buffer.from(body);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(bytes.length);
  return Buffer.concat([head, bytes]);
}

/** A reply of wire 2 without its outer length. */
function secondReply(meta: unknown, ...payloads: string[]): Buffer {
  return Buffer.concat([frame(JSON.stringify(meta)), ...payloads.map((payload) => Buffer.from(payload))]);
}

test("wire 1: a request is the length and the envelope as received", () => {
  const request = Buffer.concat(encodeRequest(1, [envelope('{ "x": 1.0 }')], MAX));
  expect(request).toEqual(frame('{"id":"e1","route":{"actors":["a"],"current":0},"payload":{ "x": 1.0 }}'));
});

test("wire 2: a request is two lengths, the envelopes without payloads, and the payloads", () => {
  const request = Buffer.concat(encodeRequest(2, [envelope('{"x":1}'), envelope('"é"')], MAX));
  const meta =
    '{"items":[{"id":"e1","route":{"actors":["a"],"current":0},"payloadBytes":7},{"id":"e1","route":{"actors":["a"],"current":0},"payloadBytes":4}]}';
  expect(request).toEqual(frame(Buffer.concat([frame(meta), Buffer.from('{"x":1}"é"')])));
});

test("wire 1: results and errors of a reply, payloads byte for byte", () => {
  const body = `[ {"payload": {"n": 1.0, "s":"]}"} ,"route":{"actors":["a"],"current":1}},
    {"route":{"actors":["a"],"current":1},"headers":{"h":1},"payload":null}, {},
    {"error":"processing_error","details":{"message":"m","type":"ValueError","traceback":"t"}}]`;
  const [replies] = decodeReplies(1, Buffer.from(body), 1);
  const route = { actors: ["a"], current: 1 };
  expect(
    replies?.map((reply) => (isRuntimeError(reply) ? reply : { ...reply, payload: text(reply.payload) })),
  ).toEqual([
    { route, headers: undefined, payload: '{"n": 1.0, "s":"]}"}' },
    { route, headers: { h: 1 }, payload: "null" },
    { route: undefined, headers: undefined, payload: undefined },
    { error: "processing_error", details: { message: "m", type: "ValueError", traceback: "t" } },
  ]);
  expect(decodeReplies(1, Buffer.from("[]"), 1)).toEqual([[]]);
});

test("wire 2: one list of results per envelope, payloads in order", () => {
  const route = { actors: ["a"], current: 1 };
  const meta = {
    replies: [
      [
        { route, payloadBytes: 7 },
        { route, payloadBytes: 0 },
      ],
      [],
      [{ error: "processing_error" }],
    ],
  };
  const lists = decodeReplies(2, secondReply(meta, '{"x":1}'), 3);
  expect(
    lists.map((list) => list.map((reply) => (isRuntimeError(reply) ? reply : text(reply.payload)))),
  ).toEqual([['{"x":1}', undefined], [], [{ error: "processing_error", details: {} }]]);
});

test.each<[string, Uint8Array, number]>([
  ["another number of lists", secondReply({ replies: [[]] }), 2],
  ["no replies", secondReply({}), 1],
  ["a reply that is no list", secondReply({ replies: [{}] }), 1],
  ["an item that is no object", secondReply({ replies: [[1]] }), 1],
  ["payloadBytes below 0", secondReply({ replies: [[{ payloadBytes: -1 }]] }), 1],
  ["payloadBytes missing", secondReply({ replies: [[{}]] }, "1"), 1],
  ["payloadBytes past the end", secondReply({ replies: [[{ payloadBytes: 3 }]] }, "12"), 1],
  ["bytes behind the last payload", secondReply({ replies: [[{ payloadBytes: 1 }]] }, "12"), 1],
  ["an error that is no text", secondReply({ replies: [[{ error: 7 }]] }), 1],
  ["a meta longer than the frame", Buffer.from([0, 0, 1, 0, 0x7b]), 1],
  ["no room for the meta's length", Buffer.from([0, 0]), 1],
  ["a meta that is no JSON", frame("{nope}"), 1],
])("wire 2: %s is a FrameError", (_title, bytes, envelopes) => {
  expect(() => decodeReplies(2, bytes, envelopes)).toThrow(FrameError);
});

test.each(["", "{}", "[1]", "[{}", '[{"error":7}]', '[{"route":nope}]', "[{}] x"])(
  "wire 1: %j is a FrameError",
  (body) => {
    expect(() => decodeReplies(1, Buffer.from(body), 1)).toThrow(FrameError);
  },
);

test.each([10_000, 100_000])("headers of %i levels in a result are a FrameError on both wires", (levels) => {
  const headers = `{"n":1.0,"deep":${"[".repeat(levels)}${"]".repeat(levels)}}`;
  const meta = `{"replies":[[{"route":{"actors":[],"current":0},"headers":${headers},"payloadBytes":0}]]}`;
  expect(() => decodeReplies(2, frame(meta), 1)).toThrow(FrameError);
  const body = Buffer.from(`[{"route":{"actors":[],"current":0},"headers":${headers},"payload":1}]`);
  expect(() => decodeReplies(1, body, 1)).toThrow(FrameError);
});

test("a result may be as deep as an envelope", () => {
  const headers = (levels: number) => `{"deep":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;
  const first = (levels: number) => () =>
    decodeReplies(1, Buffer.from(`[{"headers":${headers(levels)},"payload":1}]`), 1);
  const second = (levels: number) => () =>
    decodeReplies(2, frame(`{"replies":[[{"headers":${headers(levels)},"payloadBytes":0}]]}`), 1);
  for (const decode of [first, second]) {
    expect(decode(MAX_NESTING - 1)).not.toThrow();
    expect(decode(MAX_NESTING)).toThrow(FrameError);
  }
});

test("a request over the limit is refused before it is sent", () => {
  for (const wire of [1, 2] as const) {
    expect(() => encodeRequest(wire, [envelope(`"${"x".repeat(1_000)}"`)], 1_000)).toThrow(RequestTooLarge);
  }
});

test("a batch filled by requestBytes stays within the limit", () => {
  const payloads = fc.array(fc.json(), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(payloads, (texts) => {
      const envelopes = texts.map(envelope);
      const promised = envelopes.reduce((sum, each) => sum + requestBytes(each), 16);
      const [head, ...rest] = encodeRequest(2, envelopes, 2 ** 30);
      expect(Buffer.concat([head!, ...rest]).length - 4).toBeLessThanOrEqual(promised);
    }),
  );
});

test("frames come out whole and in order, however the stream is cut", () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), cuts, (bodies, sizes) => {
      const stream = Buffer.concat(bodies.map(frame));
      const reader = new FrameReader(MAX);
      const out: Uint8Array[] = [];
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const size = sizes[turn % sizes.length]!;
        reader.feed(stream.subarray(at, (at += size)));
        for (let next = reader.next(); next !== undefined; next = reader.next()) out.push(next);
      }
      expect(out.map((bytes) => Buffer.from(bytes))).toEqual(bodies.map((body) => Buffer.from(body)));
      expect(reader.isEmpty).toBe(true);
    }),
  );
});

test("a frame announced over the limit is refused at its four bytes, without memory for it", () => {
  const before = process.memoryUsage().arrayBuffers;
  for (const announced of [MAX + 1, 2 ** 31, 2 ** 32 - 1]) {
    const reader = new FrameReader(MAX);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(announced);
    reader.feed(head);
    expect(() => reader.next()).toThrow(`a frame of ${announced} bytes is announced`);
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MAX);
});

test("100,000 rounds of noise: replies, or a FrameError, nothing else", () => {
  const route = { actors: ["a"], current: 1 };
  const seeds = [
    secondReply(
      { replies: [[{ route, payloadBytes: 7 }], [{ error: "processing_error", details: {} }]] },
      '{"x":1}',
    ),
    Buffer.from('[{"payload":{"x":1},"route":{"actors":["a"],"current":1}},{"error":"e","details":{}}]'),
  ];
  let state = 7;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const outcomes = { replies: 0, refused: 0, incomplete: 0 };
  for (let round = 0; round < 100_000; round++) {
    const body = Buffer.from(seeds[round % 2]!);
    for (let change = random(4); change > 0; change--) body[random(body.length)] = random(256);
    const stream = frame(body);
    if (random(8) === 0) stream[random(4)] = random(256);
    const reader = new FrameReader(MAX);
    reader.feed(stream);
    try {
      const whole = reader.next();
      if (whole === undefined) outcomes.incomplete++;
      else {
        const replies: Reply[][] = decodeReplies(round % 2 === 0 ? 2 : 1, whole, 2 - (round % 2));
        outcomes.replies += replies.length;
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      outcomes.refused++;
    }
  }
  expect(outcomes.replies).toBeGreaterThan(10_000);
  expect(outcomes.refused).toBeGreaterThan(10_000);
  expect(outcomes.incomplete).toBeGreaterThan(100);
});
