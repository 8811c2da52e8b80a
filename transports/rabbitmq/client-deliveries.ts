import type { Channel, ConsumeMessage } from "amqplib";
import type { Delivery } from "../messages.ts";
import { AckWindow } from "./ack-window.ts";

/** One channel's deliveries: they can be settled on this channel only, and no longer once it is gone. */
export class Deliveries {
  readonly channel: Channel;
  alive = true;
  readonly #window = new AckWindow<ConsumeMessage>();
  #flushed: Promise<boolean> | undefined;

  constructor(channel: Channel) {
    this.channel = channel;
  }

  received(message: ConsumeMessage): Delivery {
    this.#window.delivered(message);
    return {
      body: message.content,
      redelivered: message.fields.redelivered,
      ack: async () => {
        if (!this.alive) return false;
        this.#window.acked(message);
        return await this.#flushSoon();
      },
      release: async () => {
        if (!this.alive) return false;
        this.#window.told(message);
        return this.#tell((channel) => channel.nack(message, false, true));
      },
      // The broker waits as long as the connection lives, up to the queue's consumer timeout, which nothing extends.
      extend: async () => this.alive,
    };
  }

  /** Acks of one turn of the event loop become as few frames as can be. */
  #flushSoon(): Promise<boolean> {
    this.#flushed ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#flushed = undefined;
        resolve(this.flush());
      });
    });
    return this.#flushed;
  }

  flush(): boolean {
    if (!this.alive) return false;
    if (!this.#window.hasAcks) return true;
    const { upTo, single } = this.#window.flush();
    return this.#tell((channel) => {
      if (upTo !== undefined) channel.ack(upTo, true);
      for (const message of single) channel.ack(message, false);
    });
  }

  /** n.b. On a closed channel amqplib throws. */
  #tell(say: (channel: Channel) => void): boolean {
    try {
      if (this.alive) say(this.channel);
      return this.alive;
    } catch {
      this.alive = false;
      return false;
    }
  }
}
