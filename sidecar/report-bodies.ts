/** What the gateway is told (SPEC section 5): path and JSON body. Pure. */
import { type Envelope, splice } from "../core/envelope.ts";
import { HEADER, headerText } from "../core/headers.ts";
import { isObject } from "../core/json.ts";

export interface Report {
  /** The envelope that it is about: its reports arrive in order. */
  id: string;
  path: string;
  body: Buffer;
}

export type Progress = "received" | "processing" | "completed";

export function progressReport(
  { id, route }: Envelope,
  status: Progress,
  more: { duration_ms?: number; message_size_kb?: number; message?: string } = {},
): Report {
  const body = { actors: route.actors, current_actor_idx: route.current, status, ...more };
  return {
    id,
    path: `${pathOf(id)}/progress`,
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** A child that a fan-out has made. */
export function childReport(
  id: string,
  parentId: string,
  actors: readonly string[],
  current: number,
): Report {
  const body = { id, parent_id: parentId, actors, current };
  return { id, path: "/envelopes", body: Buffer.from(JSON.stringify(body)) };
}

/** @param result - JSON. */
export function succeededReport({ id, route, headers }: Envelope, result: Uint8Array): Report {
  const place = placeOf(headers);
  const fields = {
    id,
    status: "succeeded",
    actors: route.actors,
    current_actor_idx: route.current,
    ...place,
  };
  return { id, path: finalPath(id), body: splice(fields, "result", result) };
}

/** What error-end tells, from the payload that a sidecar made of the failure. */
export function failedReport({ id, route, headers, payload }: Envelope): Report {
  const failure = parsed(payload);
  const details = isObject(failure["details"]) ? failure["details"] : undefined;
  const error = typeof failure["error"] === "string" ? failure["error"] : "unknown error";
  const actor = route.actors[route.current];
  const fields = {
    id,
    status: "failed",
    error,
    details,
    actor,
    actors: route.actors,
    current_actor_idx: route.current,
    ...placeOf(headers),
  };
  return { id, path: finalPath(id), body: Buffer.from(JSON.stringify(fields)) };
}

/** Which part of which fan-outs has ended: ids alone are not unique, and do not say how many parts there are. */
function placeOf(headers: Envelope["headers"]): { origin: string | undefined; fanout: string | undefined } {
  return { origin: headerText(headers, HEADER.origin), fanout: headerText(headers, HEADER.fanout) };
}

function finalPath(id: string): string {
  return `${pathOf(id)}/final`;
}

/** n.b. half a surrogate pair is a text in JSON, but no URL can say it. */
function pathOf(id: string): string {
  return `/envelopes/${encodeURIComponent(id.toWellFormed())}`;
}

function parsed(payload: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(payload));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
