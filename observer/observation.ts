import { isDeepStrictEqual } from "node:util";
import { isObject, sortKeys } from "../core/json.ts";
import type { Actor } from "./actor.ts";
import type { PodsSummary } from "./pods-summary.ts";

/** What is known about one actor now; an absent number is not known, or does not exist. */
export interface Observation {
  depth?: number;
  processing?: number;
  pods: PodsSummary;
}

/** A number that moves by less than this share is the same for a while. */
const STEADY_SHARE = 0.1;

/** The observer's fields of the status. */
export function statusOf({ depth, processing, pods }: Observation, at: Date): Record<string, unknown> {
  return sortKeys({
    observed: {
      at: at.toISOString().replace(/\.\d+Z$/, "Z"),
      pods,
      ...(depth === undefined ? {} : { queue: { depth } }),
    },
    ...(depth === undefined ? {} : { queuedMessages: depth }),
    ...(processing === undefined ? {} : { processingMessages: processing }),
  });
}

export type Change = "none" | "slight" | "real";

/** How much a status would change: `at` alone is nothing, numbers that move a little are slight. */
export function changeBetween(written: Record<string, unknown>, next: Record<string, unknown>): Change {
  if (isDeepStrictEqual(withoutTime(written), withoutTime(next))) return "none";
  const numbers = ["queuedMessages", "processingMessages"];
  const rest = (status: Record<string, unknown>) => {
    const { observed } = withoutTime(status);
    return isObject(observed) ? observed["pods"] : undefined;
  };
  if (!isDeepStrictEqual(rest(written), rest(next))) return "real";
  return numbers.some((field) => movesMuch(written[field], next[field])) ? "real" : "slight";
}

function movesMuch(before: unknown, after: unknown): boolean {
  if (typeof before !== "number" || typeof after !== "number") return before !== after;
  if (before === after) return false;
  return before === 0 || after === 0 || Math.abs(after - before) >= STEADY_SHARE * before;
}

/** What stands in the actor of our fields. */
export function writtenStatus({ status }: Actor): Record<string, unknown> {
  return Object.fromEntries(
    ["observed", "queuedMessages", "processingMessages"].flatMap((field) =>
      status?.[field] === undefined ? [] : [[field, status[field]]],
    ),
  );
}

export function writtenAt(status: Record<string, unknown>): number | undefined {
  const { observed } = status;
  const at = isObject(observed) ? Date.parse(String(observed["at"])) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

/** The problems that a status lists, as `problemKey` names them. */
export function writtenProblems(status: Record<string, unknown>): Set<string> {
  const { observed } = status;
  const pods = isObject(observed) ? observed["pods"] : undefined;
  const problems = isObject(pods) ? pods["problems"] : undefined;
  if (!Array.isArray(problems)) return new Set();
  return new Set(problems.filter(isObject).map(({ state, container }) => problemKey({ state, container })));
}

export function problemKey({ state, container }: { state?: unknown; container?: unknown }): string {
  return JSON.stringify([state, container ?? ""]);
}

function withoutTime(status: Record<string, unknown>): Record<string, unknown> {
  const { observed } = status;
  if (!isObject(observed)) return status;
  const { at: _, ...rest } = observed;
  return { ...status, observed: rest };
}
