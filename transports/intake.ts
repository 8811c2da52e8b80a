import type { Delivery } from "./messages.ts";

/** How a transport feeds an intake: `start` when somebody asks for messages, `stop` when nobody does any more. */
export interface Source {
  start(): void;
  stop(): void;
}

/**
 * Between a broker and one receiver: hands out what came, never more than its `limit` unsettled at once, and knows what must
 * be given back when receiving ends.
 */
export class Intake {
  /** Called when there may be more room. */
  onRoom: () => void = () => {};
  #prefetch: number;
  #extra = 0;
  #running = false;
  #closed = false;
  readonly #waiting: Delivery[] = [];
  readonly #inHand = new Set<Delivery>();
  #wake: () => void = () => {};

  constructor(prefetch: number) {
    this.#prefetch = prefetch;
  }

  /** How many may be in hand at once. */
  get limit(): number {
    return this.#prefetch + this.#extra;
  }

  setPrefetch(messages: number): void {
    if (!Number.isInteger(messages) || messages < 1) {
      throw new RangeError(`prefetch must be a whole number from 1, got ${messages}`);
    }
    this.#prefetch = messages;
    this.#changed();
  }

  /** Room beside the prefetch, for messages that are in hand only because they wait for something. */
  setExtra(messages: number): void {
    if (this.#extra === messages) return;
    this.#extra = messages;
    this.#changed();
  }

  /** How many more may come. Negative after the prefetch was lowered. */
  get room(): number {
    return this.limit - this.#inHand.size - this.#waiting.length;
  }

  /** Handed out or waiting for it. */
  get size(): number {
    return this.#inHand.size + this.#waiting.length;
  }

  /** Where nobody receives (any more), the delivery goes back at once. */
  offer(delivery: Delivery): void {
    if (!this.#running) {
      void delivery.release();
      return;
    }
    this.#waiting.push(delivery);
    this.#wake();
  }

  /** Forgets what waits for being handed out: the broker has taken it back. */
  forgetWaiting(): void {
    this.#waiting.length = 0;
  }

  async *handOut(signal: AbortSignal, source: Source): AsyncGenerator<Delivery, void, void> {
    if (this.#running) throw new Error("receive() is already running: iterate once at a time");
    this.#running = true;
    const stop = () => this.#wake();
    signal.addEventListener("abort", stop);
    try {
      if (!signal.aborted && !this.#closed) source.start();
      while (!signal.aborted && !this.#closed) {
        const next = this.#inHand.size < this.limit ? this.#waiting.shift() : undefined;
        if (next === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
        else yield this.#hand(next);
      }
    } finally {
      this.#running = false;
      signal.removeEventListener("abort", stop);
      source.stop();
      await releaseAll(this.#waiting.splice(0));
    }
  }

  /** Gives back what is in hand and ends the receiving. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    const unsettled = [...this.#inHand, ...this.#waiting.splice(0)];
    this.#inHand.clear();
    await releaseAll(unsettled);
  }

  /** The delivery as its receiver sees it: settled once, and only while it is in hand. */
  #hand(delivery: Delivery): Delivery {
    this.#inHand.add(delivery);
    const settle = async (how: "ack" | "release") => {
      if (!this.#inHand.delete(delivery)) return false;
      this.#changed();
      return await delivery[how]();
    };
    return {
      body: delivery.body,
      redelivered: delivery.redelivered,
      ack: () => settle("ack"),
      release: () => settle("release"),
      extend: async (milliseconds) => this.#inHand.has(delivery) && (await delivery.extend(milliseconds)),
    };
  }

  #changed(): void {
    this.#wake();
    this.onRoom();
  }
}

async function releaseAll(deliveries: readonly Delivery[]): Promise<void> {
  await Promise.all(deliveries.map((delivery) => delivery.release()));
}
