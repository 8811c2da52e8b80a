/** Both wires between sidecar and runtime (SPEC sections 4 and 8): bytes <-> requests and replies, no I/O. */
import { encodeEnvelope, type Envelope, MAX_NESTING } from "../core/envelope.ts";
import { JsonBytesError, scanArray, scanObject } from "../core/json-bytes.ts";
import { parseExact } from "../core/json-exact.ts";
import { isObject, type Json, type JsonObject } from "../core/json.ts";
import { nestingOf } from "../core/nesting.ts";

export type Wire = 1 | 2;

/** A connection of wire 2 opens with it; read as a length of wire 1 it is over any limit. */
export const OPENING: Uint8Array = Buffer.from([0x41, 0x53, 0x59, 0x41, 0, 0, 0, 2]);

/** The peer broke the framing, or a frame is over the limit: the connection is of no use any more. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** The envelope cannot be given to the runtime: its request is over the limit. */
export class RequestTooLarge extends Error {
  override readonly name = "RequestTooLarge";
}

/** One item of a runtime's reply. */
export type Reply = Result | RuntimeError;

export interface Result {
  route: Json | undefined;
  headers: Json | undefined;
  /** JSON; undefined where the handler returned an envelope without payload. */
  payload: Uint8Array | undefined;
}

export interface RuntimeError {
  /** `msg_parsing_error`, `processing_error` or `connection_error`. */
  error: string;
  details: JsonObject;
}

export function isRuntimeError(reply: Reply): reply is RuntimeError {
  return "error" in reply;
}

const LENGTH_BYTES = 4;

/** Cuts a stream into frames. Nothing is allocated for what was only announced. */
export class FrameReader {
  readonly #maxFrameBytes: number;
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  feed(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** The next whole frame without its length; undefined while there is none. @throws {FrameError} */
  next(): Uint8Array | undefined {
    if (this.#bytes < LENGTH_BYTES) return undefined;
    const length = this.#announced();
    if (length > this.#maxFrameBytes) {
      throw new FrameError(
        `a frame of ${length} bytes is announced; ASYA_MAX_FRAME_BYTES allows ${this.#maxFrameBytes}`,
      );
    }
    const end = LENGTH_BYTES + length;
    if (this.#bytes < end) return undefined;
    const all = this.#joined();
    this.#chunks = end < all.length ? [all.subarray(end)] : [];
    this.#bytes = all.length - end;
    return all.subarray(LENGTH_BYTES, end);
  }

  /** Whether the stream may end here. */
  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  #announced(): number {
    while (this.#chunks[0]!.length < LENGTH_BYTES) {
      const [first, second, ...rest] = this.#chunks;
      this.#chunks = [Buffer.concat([first!, second!]), ...rest];
    }
    const [a, b, c, d] = this.#chunks[0]!;
    return a! * 0x1000000 + ((b! << 16) | (c! << 8) | d!);
  }

  #joined(): Uint8Array {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0]!;
  }
}

/** A request in parts, to be written one after another. Wire 1 takes one envelope. @throws {RequestTooLarge} */
export function encodeRequest(
  wire: Wire,
  envelopes: readonly Envelope[],
  maxFrameBytes: number,
): Uint8Array[] {
  return wire === 1 ? encodeFirst(envelopes, maxFrameBytes) : encodeSecond(envelopes, maxFrameBytes);
}

/** How many bytes one envelope adds to a request at most, for filling a batch. */
export function requestBytes({ fields, payload }: Envelope): number {
  return Buffer.byteLength(JSON.stringify(fields)) + payload.length + 64;
}

function encodeFirst(envelopes: readonly Envelope[], maxFrameBytes: number): Uint8Array[] {
  if (envelopes.length !== 1) throw new RangeError(`wire 1 carries one envelope, got ${envelopes.length}`);
  const [{ fields, payload }] = envelopes as [Envelope];
  const body = encodeEnvelope(fields, payload);
  return [u32(checked(body.length, maxFrameBytes)), body];
}

function encodeSecond(envelopes: readonly Envelope[], maxFrameBytes: number): Uint8Array[] {
  const items = envelopes.map(({ fields, payload }) => ({ ...fields, payloadBytes: payload.length }));
  const meta = JSON.stringify({ items });
  const metaLength = Buffer.byteLength(meta);
  const payloadBytes = envelopes.reduce((sum, { payload }) => sum + payload.length, 0);
  const total = checked(LENGTH_BYTES + metaLength + payloadBytes, maxFrameBytes);
  const head = Buffer.allocUnsafe(2 * LENGTH_BYTES + metaLength);
  head.writeUInt32BE(total, 0);
  head.writeUInt32BE(metaLength, LENGTH_BYTES);
  head.write(meta, 2 * LENGTH_BYTES);
  return [head, ...envelopes.map(({ payload }) => payload)];
}

/** One list of replies per envelope of the request. @throws {FrameError} */
export function decodeReplies(wire: Wire, frame: Uint8Array, envelopes: number): Reply[][] {
  try {
    const replies = wire === 1 ? [decodeFirst(frame)] : decodeSecond(frame);
    if (replies.length === envelopes) return replies;
    throw new FrameError(`the reply has ${replies.length} lists for ${envelopes} envelopes`);
  } catch (cause) {
    if (cause instanceof FrameError) throw cause;
    if (!(cause instanceof JsonBytesError || cause instanceof SyntaxError)) throw cause;
    throw new FrameError("the reply is not the JSON that it should be", { cause });
  }
}

function decodeFirst(frame: Uint8Array): Reply[] {
  return scanArray(frame).map((element) => {
    const members = scanObject(frame.subarray(0, element.end), element);
    const member = (key: string) => members.findLast((candidate) => candidate.key === key);
    const value = (key: string) => {
      const range = member(key);
      return range && parseShallow(frame.subarray(range.start, range.end), MAX_NESTING - 1);
    };
    const error = value("error");
    if (error !== undefined) return runtimeError(error, value("details"));
    const payload = member("payload");
    return {
      route: value("route"),
      headers: value("headers"),
      payload: payload && frame.subarray(payload.start, payload.end),
    };
  });
}

function decodeSecond(frame: Uint8Array): Reply[][] {
  const { meta, payloads } = splitFrame(frame);
  const lists = isObject(meta) ? meta["replies"] : undefined;
  if (!Array.isArray(lists)) throw new FrameError('the meta of the reply must be {"replies": [[...], ...]}');
  let at = 0;
  const replies = lists.map((list) => {
    if (!Array.isArray(list)) throw new FrameError("each envelope's replies must be a list");
    return list.map((item): Reply => {
      if (!isObject(item)) throw new FrameError("each reply must be an object");
      const { route, headers, payloadBytes, error, details } = item;
      if (error !== undefined) return runtimeError(error, details);
      if (!Number.isSafeInteger(payloadBytes) || (payloadBytes as number) < 0) {
        throw new FrameError("payloadBytes must be a whole number from 0");
      }
      const end = at + (payloadBytes as number);
      if (end > payloads.length) throw new FrameError("payloadBytes go past the end of the frame");
      const payload = end > at ? payloads.subarray(at, end) : undefined;
      at = end;
      return { route, headers, payload };
    });
  });
  if (at < payloads.length) throw new FrameError(`${payloads.length - at} bytes follow the last payload`);
  return replies;
}

function splitFrame(frame: Uint8Array): { meta: Json; payloads: Uint8Array } {
  if (frame.length < LENGTH_BYTES) {
    throw new FrameError(`a frame of ${frame.length} bytes has no room for the length of its meta`);
  }
  const end = LENGTH_BYTES + Buffer.from(frame.buffer, frame.byteOffset).readUInt32BE(0);
  if (end > frame.length) {
    throw new FrameError(`a meta of ${end - LENGTH_BYTES} bytes is announced in a frame of ${frame.length}`);
  }
  return {
    // A route or headers stand four levels deep in the meta, one level in an envelope.
    meta: parseShallow(frame.subarray(LENGTH_BYTES, end), MAX_NESTING + 3),
    payloads: frame.subarray(end),
  };
}

/** n.b. both JSON.parse with a reviver and JSON.stringify overflow the stack at some thousand levels. */
function parseShallow(bytes: Uint8Array, levels: number): Json {
  const json = text(bytes);
  if (nestingOf(json) <= levels) return parseExact(json);
  throw new FrameError(`outside the payload a result may have at most ${MAX_NESTING} levels of nesting`);
}

function runtimeError(error: Json, details: Json | undefined): RuntimeError {
  if (typeof error !== "string") throw new FrameError("error must be a text");
  return { error, details: isObject(details) ? details : {} };
}

function checked(length: number, maxFrameBytes: number): number {
  if (length <= maxFrameBytes) return length;
  throw new RequestTooLarge(`a request of ${length} bytes is over ASYA_MAX_FRAME_BYTES, ${maxFrameBytes}`);
}

function u32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES);
  bytes.writeUInt32BE(value);
  return bytes;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
}
