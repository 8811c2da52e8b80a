import type { Delivery } from "../transports/messages.ts";

/** Extends the lease of every message in hand until it is settled. */
export class Leases {
  readonly #leaseMs: number | undefined;
  readonly #due = new Map<Delivery, number>();
  #timer: NodeJS.Timeout | undefined;

  /** @param leaseMs - undefined = messages stay without being extended. */
  constructor(leaseMs: number | undefined) {
    this.#leaseMs = leaseMs;
  }

  hold(delivery: Delivery): void {
    if (this.#leaseMs === undefined) return;
    this.#due.set(delivery, performance.now() + this.#leaseMs / 3);
    this.#timer ??= setInterval(() => this.#extendDue(), Math.max(50, Math.min(this.#leaseMs / 12, 5_000)));
  }

  letGo(delivery: Delivery): void {
    this.#due.delete(delivery);
    if (this.#due.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #extendDue(): void {
    const leaseMs = this.#leaseMs!;
    const now = performance.now();
    for (const [delivery, dueAt] of this.#due) {
      if (dueAt > now) continue;
      this.#due.set(delivery, now + leaseMs / 3);
      void delivery.extend(leaseMs);
    }
  }
}
