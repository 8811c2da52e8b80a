import type { Json, JsonObject } from "./json.ts";
import { formatTraceParent, parseTraceParent } from "./trace-context.ts";

/** The headers that are ours (SPEC section 8); their values are texts. */
export const HEADER = {
  origin: "asya-origin",
  fanout: "asya-fanout",
  deadline: "asya-deadline",
  attempt: "asya-attempt",
  notBefore: "asya-not-before",
  lastError: "asya-last-error",
  claim: "asya-claim",
  traceparent: "traceparent",
  tracestate: "tracestate",
} as const;

type Headers = Readonly<JsonObject> | undefined;

/** Where in a fan-out a successor stands: `index` from 0, `count` 1 = no fan-out. */
export interface Place {
  sender: string;
  index: number;
  count: number;
}

/** A header of ours; undefined where it is missing or no text. */
export function headerText(headers: Headers, name: string): string | undefined {
  const value = headers === undefined || !Object.hasOwn(headers, name) ? undefined : headers[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/**
 * Headers of a successor: the user's from the reply where it has any, else from the envelope; of ours those that are
 * carried, with this hop's span in `traceparent`.
 *
 * @param place - undefined for end actors, whose path does not grow.
 */
export function successorHeaders(
  received: Headers,
  replied: Headers,
  spanId: string,
  place: Place | undefined,
): JsonObject | undefined {
  const headers = Object.fromEntries(
    Object.entries(replied ?? received ?? {}).filter(([name]) => !isOurs(name)),
  );
  const origin = joinPath(headerText(received, HEADER.origin), place && `${place.sender}:${place.index}`);
  const fanout = joinPath(headerText(received, HEADER.fanout), place && String(place.count));
  const trace = parseTraceParent(headerText(received, HEADER.traceparent));
  put(headers, HEADER.origin, origin);
  put(headers, HEADER.fanout, fanout);
  put(headers, HEADER.deadline, headerText(received, HEADER.deadline));
  put(headers, HEADER.traceparent, trace && formatTraceParent({ ...trace, spanId }));
  put(headers, HEADER.tracestate, trace && headerText(received, HEADER.tracestate));
  return Object.keys(headers).length === 0 && received === undefined ? undefined : headers;
}

export interface Attempt {
  /** From 1. */
  number: number;
  notBefore: Date;
  lastError: string;
}

/** Headers of a retry: as received, and which attempt it is. */
export function retryHeaders(received: Headers, attempt: Attempt): JsonObject {
  return {
    ...received,
    [HEADER.attempt]: String(attempt.number),
    [HEADER.notBefore]: attempt.notBefore.toISOString(),
    [HEADER.lastError]: attempt.lastError,
  };
}

/** Which attempt this is, from 1. */
export function attemptOf(headers: Headers): number {
  const text = headerText(headers, HEADER.attempt) ?? "";
  return /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : 1;
}

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** The time that a header names; undefined where it is missing, "malformed" where it is no RFC 3339 time. */
export function headerTime(headers: Headers, name: string): Date | undefined | "malformed" {
  const value: Json | undefined =
    headers !== undefined && Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string" || !RFC_3339.test(value)) return "malformed";
  const time = new Date(value.replace(" ", "T").toUpperCase());
  return Number.isNaN(time.getTime()) ? "malformed" : time;
}

/** Set by sidecars alone: handlers' own values are ignored. */
function isOurs(name: string): boolean {
  return name.startsWith("asya-") || name === HEADER.traceparent || name === HEADER.tracestate;
}

function joinPath(path: string | undefined, step: string | undefined): string | undefined {
  return path !== undefined && step !== undefined ? `${path}/${step}` : (path ?? step);
}

function put(headers: JsonObject, name: string, value: string | undefined): void {
  if (value !== undefined) headers[name] = value;
}
