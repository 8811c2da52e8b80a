import type { Json, JsonObject } from "../core/json.ts";
import { shorten } from "../core/shorten.ts";
import type { RuntimeError } from "./frames.ts";

/** Values of the label `reason` of `messages_failed_total`; the last but one is beyond 0.1's. */
export type FailureReason =
  | "parse_error"
  | "runtime_error"
  | "transport_error"
  | "validation_error"
  | "route_mismatch"
  | "routing_error"
  | "deadline_exceeded"
  | "error_queue_send_failed";

/** One attempt that failed. */
export interface Failure {
  reason: FailureReason;
  /** `error` of the payload at error-end: a code of SPEC section 4, or 0.1's words. */
  error: string;
  message: string;
  type: string;
  /** Qualified names of the type and its bases. */
  mro: readonly string[];
  traceback: string | undefined;
  /** False = not even where the policy would allow it. */
  mayRetry: boolean;
}

/** Names are labels of metrics, and must fit into the smallest error envelope: whatever the handler calls its classes. */
const MAX_NAME = 128;
const MAX_BASES = 16;

export function failureOf(runtimeError: RuntimeError): Failure {
  const { error, details } = runtimeError;
  const parsing = error === "msg_parsing_error";
  return {
    reason: parsing ? "parse_error" : "runtime_error",
    error: shorten(error, MAX_NAME),
    message: text(details["message"]) ?? "",
    type: shorten(text(details["type"]) ?? "Exception", MAX_NAME),
    mro: names(details["mro"]),
    traceback: text(details["traceback"]),
    mayRetry: !parsing,
  };
}

type OwnFailure = Pick<Failure, "reason" | "error" | "message" | "type"> & Partial<Failure>;

/** A failure that the sidecar found itself; never retried unless it says so. */
export function ownFailure(failure: OwnFailure): Failure {
  return { mro: [failure.type], traceback: undefined, mayRetry: false, ...failure };
}

export function timeoutFailure(timeoutMs: number): Failure {
  return ownFailure({
    reason: "runtime_error",
    error: "processing_error",
    message: `no reply within ${timeoutMs / 1_000} s (ASYA_RUNTIME_TIMEOUT): the handler was ended`,
    type: "TimeoutError",
    mayRetry: true,
  });
}

export function deadlineFailure(deadline: Date): Failure {
  return ownFailure({
    reason: "deadline_exceeded",
    error: "deadline_exceeded",
    message: `the deadline ${deadline.toISOString()} has passed`,
    type: "DeadlineExceeded",
  });
}

/** `details` at error-end. */
export function detailsOf(failure: Failure, attempts: number): JsonObject {
  const { message, type, mro, traceback } = failure;
  return { message, type, mro: [...mro], ...(traceback === undefined ? {} : { traceback }), attempts };
}

function text(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function names(value: Json | undefined): string[] {
  if (!Array.isArray(value)) return [];
  const bases = value.filter((name) => typeof name === "string");
  return bases.slice(0, MAX_BASES).map((name) => shorten(name, MAX_NAME));
}
