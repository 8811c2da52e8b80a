/** Longer than Crossplane's and KEDA's way to it; KEDA's own cooldown begins when it is over. */
const AWAKE_MS = 2 * 60_000;
/** The clock of the one who asked may be ahead of ours. */
const AHEAD_MS = 5 * 60_000;

/**
 * For how much longer `asya.sh/wake` asks for a replica; undefined = not now.
 *
 * It is only its time that counts, so an old annotation wakes nobody, also after a restart or in a new cluster.
 */
export function secondsAwake(wakeAtMs: number | undefined, now: Date): number | undefined {
  if (wakeAtMs === undefined) return undefined;
  const leftMs = wakeAtMs + AWAKE_MS - now.getTime();
  return leftMs > 0 && leftMs <= AWAKE_MS + AHEAD_MS ? Math.ceil(leftMs / 1_000) : undefined;
}
