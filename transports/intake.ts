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
  /** Feeds us; undefined = nobody receives. */
  #source: Source | undefined;
  #iterating = false;
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
    if (this.#source === undefined) {
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
    if (this.#iterating) throw new Error("receive() is already running: iterate once at a time");
    if (signal.aborted || this.#closed) return;
    this.#iterating = true;
    // Also while the caller is busy with a message and does not ask for the next.
    const stop = () => void this.#stop();
    signal.addEventListener("abort", stop);
    this.#source = source;
    source.start();
    try {
      while (!signal.aborted && !this.#closed) {
        const next = this.#inHand.size < this.limit ? this.#waiting.shift() : undefined;
        if (next === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
        else yield this.#hand(next);
      }
    } finally {
      this.#iterating = false;
      signal.removeEventListener("abort", stop);
      await this.#stop();
    }
  }

  /** Gives back what is in hand and ends the receiving. */
  async close(): Promise<void> {
    this.#closed = true;
    const unsettled = [...this.#inHand];
    this.#inHand.clear();
    await Promise.all([this.#stop(), releaseAll(unsettled)]);
  }

  /** No more from the source, and back with what nobody was given yet. */
  async #stop(): Promise<void> {
    const source = this.#source;
    this.#source = undefined;
    source?.stop();
    this.#wake();
    await releaseAll(this.#waiting.splice(0));
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
