import { isObject, type Json, type JsonObject } from "./json.ts";

declare global {
  interface JSON {
    /** @see https://tc39.es/proposal-json-parse-with-source/ in V8 since Node 21 */
    rawJSON(text: string): object;
    isRawJSON(value: unknown): boolean;
  }
}

/** A number that JavaScript would write differently, perhaps: a fraction, an exponent, more digits than it has. */
const DELICATE = /[0-9][.eE]|[0-9]{16}|-0/;

/**
 * As JSON.parse, but a number that would come out of JSON.stringify in other words (1.0, 12345678901234567890) stays an
 * opaque object that JSON.stringify writes as it was read.
 *
 * @throws {SyntaxError}
 */
export function parseExact(text: string): Json {
  return JSON.parse(text, DELICATE.test(text) ? keepNumber : undefined) as Json;
}

/** Whether a value of `parseExact` is an object, and no number that is kept as it was read. */
export function isExactObject(value: unknown): value is JsonObject {
  return isObject(value) && !JSON.isRawJSON(value);
}

function keepNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== "number" || context?.source === undefined) return value;
  return String(value) === context.source ? value : JSON.rawJSON(context.source);
}
