/** Above it two small consumers are made one. */
const MAX_CONSUMERS = 16;

export type Change = { cancel: number } | { add: number };

/**
 * The next step to a prefetch of `wanted` in all. A consumer's prefetch is fixed when it starts, so more is a further
 * consumer. Cancelling is for less: a quorum queue takes back what is on its way to a cancelled consumer, and counts that
 * as a delivery (measured on 3.10: 419 of 1,000 under constant change; none on a classic queue).
 *
 * @param prefetches - of the consumers that run.
 * @param isFull - no message fits into the receiver's hand: what cancelled consumers got is still there.
 * @returns undefined = nothing to do (now).
 */
export function nextChange(
  prefetches: readonly number[],
  wanted: number,
  isFull: boolean,
): Change | undefined {
  const total = prefetches.reduce((sum, prefetch) => sum + prefetch, 0);
  if (total > wanted) return { cancel: prefetches.indexOf(toCancel(prefetches, total - wanted)) };
  if (total === wanted || isFull) return undefined;
  if (prefetches.length >= MAX_CONSUMERS) return { cancel: prefetches.indexOf(Math.min(...prefetches)) };
  return { add: wanted - total };
}

/** The smallest that is enough, else the largest. */
function toCancel(prefetches: readonly number[], surplus: number): number {
  const enough = prefetches.filter((prefetch) => prefetch >= surplus);
  return enough.length > 0 ? Math.min(...enough) : Math.max(...prefetches);
}
