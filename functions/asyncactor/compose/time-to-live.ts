import { conditionOf } from "../../../core/conditions.ts";
import type { ActorObject } from "./actor.ts";
import { LONGEST_UNSTEADY_TTL_SECONDS, STEADY_TTL_SECONDS, UNSTEADY_TTL_SECONDS } from "./defaults.ts";
import type { ActorState } from "./state.ts";

/**
 * Seconds until the next call when nothing changes.
 *
 * n.b. Crossplane's circuit breaker drops events of a busy actor, the last one as well; only time wakes the function then.
 * Its own call after that time passes the breaker.
 */
export function timeToLive(
  { state, changesInMs }: Pick<ActorState, "state" | "changesInMs">,
  actor: ActorObject,
  now: Date,
): number {
  const longest = longestFor(state, actor, now);
  return changesInMs === undefined ? longest : Math.min(longest, Math.max(1, Math.ceil(changesInMs / 1_000)));
}

function longestFor(state: string, actor: ActorObject, now: Date): number {
  if (conditionOf(actor, "Responsive")?.status === "False") return UNSTEADY_TTL_SECONDS;
  const synced = conditionOf(actor, "Synced");
  // n.b. Crossplane applies what the API server refused again at the next call, and not before.
  if (synced?.status === "False") return everLonger(synced.lastTransitionTime, now);
  if (state === "Running" || state === "Napping") return STEADY_TTL_SECONDS;
  const ready = conditionOf(actor, "Ready");
  return ready?.status === "False" ? everLonger(ready.lastTransitionTime, now) : UNSTEADY_TTL_SECONDS;
}

/** The longer it has been so, the less a minute counts: a thousand broken actors do not keep the API server busy. */
function everLonger(since: string | undefined, now: Date): number {
  const quarter = Math.floor((now.getTime() - Date.parse(String(since))) / 4_000);
  return Number.isNaN(quarter)
    ? UNSTEADY_TTL_SECONDS
    : Math.min(LONGEST_UNSTEADY_TTL_SECONDS, Math.max(UNSTEADY_TTL_SECONDS, quarter));
}
