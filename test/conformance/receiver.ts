import type { Delivery, MessageTransport } from "../../transports/messages.ts";

/** Receives for a test: what comes, one by one or nothing at all, within a time. */
export class Receiver {
  readonly #stop = new AbortController();
  readonly #arrived: Delivery[] = [];
  #wake: () => void = () => {};
  readonly ended: Promise<void>;

  constructor(transport: MessageTransport) {
    this.ended = this.#run(transport.receive(this.#stop.signal));
  }

  async next(withinMs = 10_000): Promise<Delivery> {
    const delivery = await this.#wait(withinMs);
    if (delivery === undefined) throw new Error(`no message within ${withinMs} ms`);
    return delivery;
  }

  async take(count: number, withinMs = 10_000): Promise<Delivery[]> {
    const deadline = Date.now() + withinMs;
    const taken: Delivery[] = [];
    while (taken.length < count) taken.push(await this.next(Math.max(deadline - Date.now(), 0)));
    return taken;
  }

  /** The message that came although nothing should, if one did. */
  async unexpected(duringMs: number): Promise<string | undefined> {
    const delivery = await this.#wait(duringMs);
    return delivery === undefined ? undefined : text(delivery);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.ended;
  }

  async #run(deliveries: AsyncIterable<Delivery>): Promise<void> {
    for await (const delivery of deliveries) {
      this.#arrived.push(delivery);
      this.#wake();
    }
  }

  async #wait(withinMs: number): Promise<Delivery | undefined> {
    if (this.#arrived.length === 0) {
      const arrival = new Promise<void>((resolve) => (this.#wake = resolve));
      const { promise: timeout, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, withinMs);
      await Promise.race([arrival, timeout]);
      clearTimeout(timer);
    }
    return this.#arrived.shift();
  }
}

export function bytes(content: string): Uint8Array {
  return Buffer.from(content);
}

export function text({ body }: Delivery): string {
  return Buffer.from(body).toString();
}
