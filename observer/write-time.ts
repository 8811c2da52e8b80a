import type { Change } from "./observation.ts";

export interface WriteRules {
  /** Least time between two writes of one actor. */
  intervalMs: number;
  /** The same where numbers moved only a little. */
  slightIntervalMs: number;
  /** Failing pods are confirmed that often, so that a reader knows an old word from a true one. */
  confirmEveryMs: number;
  /** Whether actors on their way are confirmed, too, for a Crossplane that does not see their objects change. */
  asks: boolean;
}

/** What a reader waits for although nothing of ours changed. */
export interface Waiting {
  failing: boolean;
  /** How long the actor has been neither running nor at rest; undefined = it is. */
  unsettledForMs: number | undefined;
}

/**
 * When a status may be written: a time that is not after now means at once, undefined means that there is nothing to
 * write.
 *
 * n.b. Each write costs a call of the function and two tokens of Crossplane's circuit breaker for this actor.
 */
export function writeTime(
  change: Change,
  waiting: Waiting,
  lastWrittenMs: number | undefined,
  rules: WriteRules,
): number | undefined {
  if (lastWrittenMs === undefined) return change === "none" ? undefined : 0;
  if (change === "real") return lastWrittenMs + rules.intervalMs;
  if (change === "slight") return lastWrittenMs + rules.slightIntervalMs;
  const everyMs = confirmEvery(waiting, rules);
  return everyMs === undefined ? undefined : lastWrittenMs + everyMs;
}

/** The longer it has been so, the less a minute counts. */
function confirmEvery({ failing, unsettledForMs }: Waiting, rules: WriteRules): number | undefined {
  if (rules.asks && unsettledForMs !== undefined)
    return Math.min(rules.confirmEveryMs, Math.max(rules.intervalMs, unsettledForMs / 4));
  return failing ? rules.confirmEveryMs : undefined;
}
