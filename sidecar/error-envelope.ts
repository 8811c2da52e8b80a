import { createHash } from "node:crypto";
import { isUtf8 } from "node:buffer";
import { splice, type Envelope, encodeEnvelope } from "../core/envelope.ts";
import { successorHeaders } from "../core/headers.ts";
import type { JsonObject } from "../core/json.ts";
import { shorten } from "../core/shorten.ts";
import { detailsOf, type Failure } from "./failure.ts";

export interface ErrorEnvelope {
  body: Buffer;
  /** The original payload found no room: the message itself must go to the dead letters. */
  withoutPayload: boolean;
}

interface Context {
  attempts: number;
  spanId: string;
  maxBytes: number;
  /** Where a payload without room can be found. */
  deadLetterQueue: string;
}

const SHORT_MESSAGE = 1_024;

/** The envelope for error-end; it always fits: first the traceback is cut, then the payload stays behind. */
export function errorEnvelope(envelope: Envelope, failure: Failure, context: Context): ErrorEnvelope {
  const fields = {
    id: envelope.id,
    parent_id: envelope.parentId,
    route: envelope.route,
    headers: successorHeaders(envelope.headers, undefined, context.spanId, undefined),
  };
  const original = validJson(envelope.payload);
  const details = detailsOf(failure, context.attempts);
  const build = (cut: JsonObject, payload: Uint8Array, head: object = fields) =>
    encodeEnvelope({ ...head }, splice({ error: failure.error, details: cut }, "original_payload", payload));

  const whole = build(details, original);
  if (whole.length <= context.maxBytes) return { body: whole, withoutPayload: false };
  const { traceback: _, ...untraced } = details;
  const { traceback = "" } = failure;
  const bare = build(untraced, original);
  if (bare.length <= context.maxBytes) {
    const shortened = tail(traceback, context.maxBytes - bare.length - '"traceback":"",'.length);
    return {
      body: shortened === "" ? bare : build({ ...untraced, traceback: shortened }, original),
      withoutPayload: false,
    };
  }
  const pointer = {
    ...details,
    message: shorten(failure.message, SHORT_MESSAGE),
    traceback: tail(traceback, SHORT_MESSAGE),
    original_payload: { queue: context.deadLetterQueue, bytes: envelope.payload.length },
  };
  const nothing = Buffer.from("null");
  const candidates = [
    fields,
    { ...fields, headers: undefined },
    { id: envelope.id, route: { actors: [], current: 0 } },
    { id: shorten(envelope.id, 256), route: { actors: [], current: 0 } },
  ].map((each) => build(pointer, nothing, each));
  const body = candidates.find(({ length }) => length <= context.maxBytes) ?? candidates.at(-1)!;
  return { body, withoutPayload: true };
}

/** An envelope that stands for a message that is none, so that error-end can keep it. The same message, the same id. */
export function standIn(body: Uint8Array, id: string | undefined, actor: string): Envelope {
  const derived = `unparsable-${createHash("sha256").update(body).digest("hex").slice(0, 24)}`;
  const fields = { id: id ?? derived, route: { actors: [actor], current: 0 } };
  return {
    id: fields.id,
    parentId: undefined,
    route: fields.route,
    headers: undefined,
    payload: isUtf8(body) ? jsonText(body) : base64Text(body),
    fields,
  };
}

/** The payload where it is JSON, else its text as a JSON text. */
function validJson(payload: Uint8Array): Uint8Array {
  try {
    JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString("utf8"));
    return payload;
  } catch {
    return jsonText(payload);
  }
}

function jsonText(bytes: Uint8Array): Buffer {
  return Buffer.from(
    JSON.stringify(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8")),
  );
}

function base64Text(bytes: Uint8Array): Buffer {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
  return Buffer.from(JSON.stringify(`base64:${data}`));
}

/** The end of a text, of at most `maxBytes` bytes as JSON. */
function tail(text: string, maxBytes: number): string {
  let kept = text.slice(-Math.max(0, maxBytes) || text.length);
  if (maxBytes <= 0) return "";
  while (kept !== "" && Buffer.byteLength(JSON.stringify(kept)) - 2 > maxBytes) {
    kept = kept.slice(Math.ceil(kept.length / 8));
  }
  return kept.toWellFormed();
}
