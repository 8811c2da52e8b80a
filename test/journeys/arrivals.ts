import type { MessageTransport } from "../../transports/messages.ts";

export interface Arrival {
  id: string;
  parent_id?: string;
  route: { actors: string[]; current: number };
  headers?: Record<string, unknown>;
  payload: unknown;
}

/** Takes whatever comes into one queue; each test then asks for its own. */
export class Arrivals {
  readonly #transport: MessageTransport;
  readonly #receiving = new AbortController();
  readonly #done: Promise<void>;
  #waiting: Arrival[] = [];
  #wake: () => void = () => {};

  constructor(transport: MessageTransport) {
    this.#transport = transport;
    this.#done = this.#receive();
  }

  async next(id: string): Promise<Arrival> {
    return (await this.take(1, (arrival) => arrival.id === id))[0]!;
  }

  /** The envelope of this id and its descendants, once there are so many. */
  async family(id: string, count: number): Promise<Arrival[]> {
    return await this.take(count, (arrival) => arrival.id === id || arrival.id.startsWith(`${id}-`));
  }

  async take(count: number, isWanted: (arrival: Arrival) => boolean): Promise<Arrival[]> {
    for (;;) {
      const wanted = this.#waiting.filter(isWanted);
      if (wanted.length >= count) {
        this.#waiting = this.#waiting.filter((arrival) => !wanted.includes(arrival));
        return wanted;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** What came and nobody asked for. */
  get unclaimed(): readonly Arrival[] {
    return this.#waiting;
  }

  async close(): Promise<void> {
    this.#receiving.abort();
    await this.#transport.close();
    await this.#done;
  }

  async #receive(): Promise<void> {
    this.#transport.setPrefetch(100);
    for await (const delivery of this.#transport.receive(this.#receiving.signal)) {
      await delivery.ack();
      this.#waiting.push(JSON.parse(Buffer.from(delivery.body).toString("utf8")) as Arrival);
      this.#wake();
    }
  }
}
