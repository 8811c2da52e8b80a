import { isUtf8 } from "node:buffer";
import { JsonBytesError, type Range, scanObject } from "./json-bytes.ts";
import { isExactObject, parseExact } from "./json-exact.ts";
import type { JsonObject } from "./json.ts";
import { nestingOf } from "./nesting.ts";

/** Where an envelope goes: `current` points at the actor that it is meant for, past the end once all are done. */
export interface Route {
  readonly actors: readonly string[];
  readonly current: number;
  readonly [field: string]: unknown;
}

/** One message. Everything is parsed but the payload: those are the bytes that came. */
export interface Envelope {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly route: Route;
  readonly headers: JsonObject | undefined;
  /** One JSON value in UTF-8; whether it is well-formed inside was not looked at. */
  readonly payload: Uint8Array;
  /** Everything but the payload, as received: other fields too. */
  readonly fields: JsonObject;
}

/** A message that is no envelope; the text names the field and the rule. */
export class EnvelopeError extends Error {
  override readonly name = "EnvelopeError";
  /** What could be read of it all the same. */
  readonly id: string | undefined;

  constructor(message: string, id?: string, options?: ErrorOptions) {
    super(message, options);
    this.id = id;
  }
}

/** Levels of arrays and objects in everything but the payload. */
export const MAX_NESTING = 256;
const NULL = Buffer.from("null");

/** @throws {EnvelopeError} and nothing else. */
export function parseEnvelope(body: Uint8Array): Envelope {
  const { fields, payload } = separate(body);
  const id = fields["id"];
  if (typeof id !== "string" || id === "") throw new EnvelopeError(`id must be a text, got ${show(id)}`);
  const parentId = fields["parent_id"] ?? undefined;
  if (parentId !== undefined && typeof parentId !== "string") {
    throw new EnvelopeError(`parent_id must be a text, got ${show(parentId)}`, id);
  }
  const headers = fields["headers"] ?? undefined;
  if (headers !== undefined && !isExactObject(headers)) {
    throw new EnvelopeError(`headers must be an object, got ${show(headers)}`, id);
  }
  if (payload === undefined) throw new EnvelopeError("payload is missing", id);
  const problem = routeProblem(fields["route"]);
  if (problem !== undefined) throw new EnvelopeError(problem, id);
  const route = fields["route"] as unknown as Route;
  return { id, parentId, route, headers, payload, fields };
}

/** What is wrong with a route; undefined where nothing is. `current` may point past the end. */
export function routeProblem(route: unknown): string | undefined {
  if (!isExactObject(route)) return `route must be an object, got ${show(route)}`;
  const { actors, current } = route;
  if (!Array.isArray(actors)) return `route.actors must be a list, got ${show(actors)}`;
  const stranger: unknown = actors.find((actor) => typeof actor !== "string" || actor === "");
  if (stranger !== undefined) return `route.actors must be names of actors, got ${show(stranger)}`;
  if (!Number.isSafeInteger(current) || (current as number) < 0) {
    return `route.current must be a whole number from 0, got ${show(current)}`;
  }
  return undefined;
}

/** The message's body: `fields` in order, then the payload's bytes. Undefined fields are left out. */
export function encodeEnvelope(fields: Readonly<Record<string, unknown>>, payload: Uint8Array): Buffer {
  return splice(fields, "payload", payload);
}

/** JSON of `fields` and one more member whose value is JSON already. */
export function splice(fields: Readonly<Record<string, unknown>>, key: string, value: Uint8Array): Buffer {
  const text = JSON.stringify(fields);
  const head = `${text.slice(0, -1)}${text === "{}" ? "" : ","}${JSON.stringify(key)}:`;
  const length = Buffer.byteLength(head);
  const body = Buffer.allocUnsafe(length + value.length + 1);
  body.write(head);
  body.set(value, length);
  body[body.length - 1] = 0x7d;
  return body;
}

/** The fields without the payload, and the payload's bytes. Of a key that stands twice the last one counts. */
function separate(body: Uint8Array): { fields: JsonObject; payload: Uint8Array | undefined } {
  if (!isUtf8(body)) throw new EnvelopeError("the message is not UTF-8");
  try {
    const payloads = scanObject(body).filter(({ key }) => key === "payload");
    const text = textWithout(body, payloads);
    if (nestingOf(text) > MAX_NESTING) {
      throw new EnvelopeError(`outside the payload at most ${MAX_NESTING} levels of nesting are allowed`);
    }
    const { payload: _, ...fields } = parseExact(text) as JsonObject;
    const last = payloads.at(-1);
    return { fields, payload: last && body.subarray(last.start, last.end) };
  } catch (cause) {
    if (!(cause instanceof JsonBytesError || cause instanceof SyntaxError)) throw cause;
    throw new EnvelopeError(`the message is no JSON object: ${withoutText(cause)}`, undefined, { cause });
  }
}

function textWithout(body: Uint8Array, ranges: readonly Range[]): string {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const { start, end } of ranges) {
    parts.push(body.subarray(from, start), NULL);
    from = end;
  }
  return Buffer.concat([...parts, body.subarray(from)]).toString("utf8");
}

// n.b. V8 quotes the text around the place in a SyntaxError's message, and that may be somebody's secret.
function withoutText(error: Error): string {
  return error instanceof SyntaxError ? "it is malformed outside the payload" : error.message;
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (isExactObject(value)) return "an object";
  return typeof value === "string" ? (value === "" ? "an empty text" : "a text") : JSON.stringify(value);
}
