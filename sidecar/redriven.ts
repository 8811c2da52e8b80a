import { encodeEnvelope, EnvelopeError, parseEnvelope } from "../core/envelope.ts";
import { HEADER } from "../core/headers.ts";

/** What an envelope carries of its attempts at this actor. */
const OF_THIS_HOP: ReadonlySet<string> = new Set([HEADER.attempt, HEADER.notBefore, HEADER.lastError]);

/** The body that a dead letter comes back with: all attempts are before it again. What is no envelope stays as it is. */
export function redriven(body: Uint8Array): Uint8Array {
  try {
    const { fields, headers, payload } = parseEnvelope(body);
    if (headers === undefined || !Object.keys(headers).some((name) => OF_THIS_HOP.has(name))) return body;
    const kept = Object.entries(headers).filter(([name]) => !OF_THIS_HOP.has(name));
    return encodeEnvelope({ ...fields, headers: Object.fromEntries(kept) }, payload);
  } catch (error) {
    if (error instanceof EnvelopeError) return body;
    throw error;
  }
}
