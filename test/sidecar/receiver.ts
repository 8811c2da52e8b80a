import type { Delivery, MessageTransport } from "../../transports/messages.ts";

export interface Message {
  id: string;
  parent_id?: string;
  route: { actors: string[]; current: number };
  headers?: Record<string, string>;
  payload: unknown;
}

/** Takes the messages of one queue, one after another. */
export class Receiver {
  readonly #transport: MessageTransport;
  readonly #messages: AsyncIterator<Delivery>;

  constructor(transport: MessageTransport) {
    this.#transport = transport;
    this.#messages = transport.receive(new AbortController().signal)[Symbol.asyncIterator]();
  }

  async next(): Promise<Message> {
    const { value } = (await this.#messages.next()) as { value: Delivery };
    await value.ack();
    return JSON.parse(Buffer.from(value.body).toString("utf8")) as Message;
  }

  async close(): Promise<void> {
    await this.#transport.close();
    await this.#messages.return?.();
  }
}
