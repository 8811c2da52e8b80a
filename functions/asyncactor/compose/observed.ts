import { isObject } from "../../../core/json.ts";
import { POD_STATES, type PodState } from "../../../core/pod-state.ts";

export function isPodState(state: string): state is PodState {
  return (POD_STATES as readonly string[]).includes(state);
}

/** Why pods do not work, in the observer's words. */
export interface PodTrouble {
  state: PodState;
  message: string;
  /** Milliseconds until these words are too old to be believed. */
  lastsMs: number;
}

export interface ObservedPods {
  failing: number;
  trouble: PodTrouble | undefined;
}

/** The observer confirms failing pods every 10 minutes: two may fail. */
const BELIEVED_MS = 25 * 60_000;

/** What the observer says about an actor's pods; undefined where there is none, or it has not spoken for too long. */
export function observedPods(
  status: Record<string, unknown> | undefined,
  now: Date,
): ObservedPods | undefined {
  const observed = objectIn(status, "observed");
  const pods = objectIn(observed, "pods");
  if (observed === undefined || pods === undefined) return undefined;
  const failing = pods["failing"];
  if (typeof failing !== "number" || failing === 0) return { failing: 0, trouble: undefined };
  const lastsMs = Date.parse(String(observed["at"])) + BELIEVED_MS - now.getTime();
  return lastsMs > 0 ? { failing, trouble: troubleIn(pods["problems"], lastsMs) } : undefined;
}

function troubleIn(problems: unknown, lastsMs: number): PodTrouble | undefined {
  const listed = Array.isArray(problems)
    ? problems.flatMap((problem: unknown) => problemIn(problem) ?? [])
    : [];
  const [first, ...others] = listed;
  if (first === undefined) return undefined;
  const more = [...new Set(others.map(({ state }) => state))].filter((state) => state !== first.state);
  const also = more.length === 0 ? "" : `; also ${more.join(", ")}: see status.observed.pods.problems`;
  return { state: first.state, message: `pod ${first.pod}: ${first.message}${also}`, lastsMs };
}

function problemIn(problem: unknown): { state: PodState; pod: string; message: string } | undefined {
  if (!isObject(problem)) return undefined;
  const state = POD_STATES.find((known) => known === problem["state"]);
  return state && { state, pod: String(problem["pod"]), message: String(problem["message"]) };
}

function objectIn(
  parent: Record<string, unknown> | undefined,
  field: string,
): Record<string, unknown> | undefined {
  const value = parent?.[field];
  return isObject(value) ? value : undefined;
}
