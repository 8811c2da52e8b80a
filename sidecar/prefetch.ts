export interface PrefetchLimits {
  /** Messages that run at the same time: concurrency times the batch's size. */
  parallel: number;
  max: number;
}

/** How long the way from broker to sidecar and back may take without a pause for the handlers. */
const LEAD_MS = 100;
const LEARNING_RATE = 0.05;

/** How many messages to have in hand: as many as `LEAD_MS` needs, `parallel` where handlers take minutes. */
export function prefetchFor(handlerMs: number, { parallel, max }: PrefetchLimits): number {
  const ahead = Math.ceil((parallel * LEAD_MS) / Math.max(handlerMs, 0.05));
  return Math.min(parallel + (handlerMs > 20 * LEAD_MS ? 0 : ahead), Math.max(max, parallel));
}

/** Learns how long handlers take: a slow one counts at once, fast ones by and by. */
export class AdaptivePrefetch {
  readonly #limits: PrefetchLimits;
  #handlerMs: number | undefined;
  current: number;

  constructor(limits: PrefetchLimits) {
    this.#limits = limits;
    this.current = limits.parallel;
  }

  /** @returns the new number where it changed by a quarter or more. */
  observe(handlerMs: number): number | undefined {
    const known = this.#handlerMs ?? handlerMs;
    const rate = handlerMs > 10 * known ? 1 : LEARNING_RATE;
    this.#handlerMs = known + (handlerMs - known) * rate;
    const wanted = prefetchFor(this.#handlerMs, this.#limits);
    if (Math.abs(wanted - this.current) * 4 < this.current) return undefined;
    this.current = wanted;
    return wanted;
  }
}
