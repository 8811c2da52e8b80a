import type { Change } from "./observation.ts";

export interface WriteRules {
  /** Least time between two writes of one actor. */
  intervalMs: number;
  /** The same where numbers moved only a little. */
  slightIntervalMs: number;
  /** Failing pods are confirmed that often, so that a reader knows an old word from a true one. */
  confirmEveryMs: number;
}

/**
 * When a status may be written: a time that is not after now means at once, undefined means that there is nothing to
 * write.
 *
 * n.b. Each write costs a call of the function and two tokens of Crossplane's circuit breaker for this actor.
 */
export function writeTime(
  change: Change,
  failing: boolean,
  lastWrittenMs: number | undefined,
  rules: WriteRules,
): number | undefined {
  if (lastWrittenMs === undefined) return change === "none" ? undefined : 0;
  if (change === "real") return lastWrittenMs + rules.intervalMs;
  if (change === "slight") return lastWrittenMs + rules.slightIntervalMs;
  return failing ? lastWrittenMs + rules.confirmEveryMs : undefined;
}
