export interface PrefetchLimits {
  /** Messages that run at the same time: concurrency times the batch's size. */
  parallel: number;
  max: number;
}

/** How long the way from broker to sidecar and back may take without a pause for the handlers. */
const LEAD_MS = 100;
const LEARNING_RATE = 0.05;

/**
 * How many messages to have in hand: as many as `LEAD_MS` needs, only `parallel` where handlers take longer than that by far.
 * `parallel` times a power of two, as a broker may have to be told of each change.
 */
export function prefetchFor(handlerMs: number, { parallel, max }: PrefetchLimits): number {
  const ahead = LEAD_MS / Math.max(handlerMs, 0.01);
  const doublings = ahead < 0.05 ? 0 : Math.ceil(Math.log2(1 + ahead));
  return Math.max(parallel, Math.min(parallel * 2 ** doublings, max));
}

/** Learns how long handlers take: one that is much slower counts at once, faster ones by and by. */
export class AdaptivePrefetch {
  readonly #limits: PrefetchLimits;
  #handlerMs: number | undefined;
  current: number;

  constructor(limits: PrefetchLimits) {
    this.#limits = limits;
    this.current = limits.parallel;
  }

  /** @returns the new number where it is worth a change: more, or less than half. */
  observe(handlerMs: number): number | undefined {
    const known = this.#handlerMs ?? handlerMs;
    const rate = handlerMs > 10 * known && handlerMs > LEAD_MS ? 1 : LEARNING_RATE;
    this.#handlerMs = known + (handlerMs - known) * rate;
    const wanted = prefetchFor(this.#handlerMs, this.#limits);
    if (wanted <= this.current && wanted * 2 >= this.current && wanted > this.#limits.parallel)
      return undefined;
    if (wanted === this.current) return undefined;
    this.current = wanted;
    return wanted;
  }
}
