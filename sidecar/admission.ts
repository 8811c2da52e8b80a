import type { Envelope } from "../core/envelope.ts";
import { HEADER, headerText, headerTime } from "../core/headers.ts";
import { shorten } from "../core/shorten.ts";
import { deadlineFailure, type Failure, ownFailure } from "./failure.ts";

/** Whether an envelope may be given to the runtime now. */
export type Admission =
  | { kind: "run"; deadline: Date | undefined }
  | { kind: "wait"; delayMs: number }
  | { kind: "refuse"; failure: Failure };

/** A message that comes so much before its time is handled: clocks differ, and brokers count whole seconds. */
const EARLY_MS = 1_000;

/** @param isEndActor - end actors accept any route, and nothing is too late for them. */
export function admit(envelope: Envelope, actor: string, isEndActor: boolean, now: Date): Admission {
  const claim = headerText(envelope.headers, HEADER.claim);
  if (claim !== undefined) return { kind: "refuse", failure: claimFailure() };
  if (isEndActor) return { kind: "run", deadline: undefined };
  const expected = envelope.route.actors[envelope.route.current];
  if (expected !== actor) return { kind: "refuse", failure: mismatch(envelope, actor) };
  const deadline = headerTime(envelope.headers, HEADER.deadline);
  if (deadline === "malformed") return { kind: "refuse", failure: malformedTime(HEADER.deadline) };
  if (deadline !== undefined && deadline <= now)
    return { kind: "refuse", failure: deadlineFailure(deadline) };
  const notBefore = headerTime(envelope.headers, HEADER.notBefore);
  const early = notBefore instanceof Date ? notBefore.getTime() - now.getTime() : 0;
  return early > EARLY_MS ? { kind: "wait", delayMs: early } : { kind: "run", deadline };
}

function mismatch({ route }: Envelope, actor: string): Failure {
  const expected = route.actors[route.current];
  const place = `route.actors[${route.current}]`;
  const found =
    expected === undefined
      ? `does not exist (${route.actors.length} actors)`
      : `is ${JSON.stringify(shorten(expected, 128))}`;
  const message = `Route mismatch: ${place} ${found}, but the message came to ${JSON.stringify(actor)}`;
  return ownFailure({ reason: "route_mismatch", error: message, message, type: "RouteMismatch" });
}

function malformedTime(header: string): Failure {
  const message = `header ${header} must be an RFC 3339 time such as 2026-01-31T12:00:00Z`;
  return ownFailure({ reason: "validation_error", error: "validation_error", message, type: "HeaderError" });
}

function claimFailure(): Failure {
  const message = `header ${HEADER.claim}: this sidecar cannot fetch a payload that is stored elsewhere`;
  return ownFailure({ reason: "validation_error", error: "validation_error", message, type: "ClaimError" });
}
