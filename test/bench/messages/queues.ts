import { type ChannelModel, type ConfirmChannel, connect } from "amqplib";
import { queueName } from "../../../core/names.ts";
import { connectOptions } from "../../../transports/rabbitmq/client-connection.ts";
import type { RabbitmqSettings } from "../../../transports/rabbitmq/settings.ts";

/** The actor that is measured, and the one whose queue its results go to. */
export const WORK = "work";
export const NEXT = "next";

const UNCONFIRMED = 1_000;

/** Fills the queue of `work`, and counts and reads that of `next`. */
export class Queues {
  readonly #model: ChannelModel;
  readonly #channel: ConfirmChannel;
  readonly #exchange: string;

  private constructor(model: ChannelModel, channel: ConfirmChannel, exchange: string) {
    this.#model = model;
    this.#channel = channel;
    this.#exchange = exchange;
  }

  static async open(settings: RabbitmqSettings): Promise<Queues> {
    const model = await connect(...connectOptions(settings, "asya bench"));
    return new Queues(model, await model.createConfirmChannel(), settings.exchange);
  }

  async fill(bodies: Iterable<Buffer>): Promise<void> {
    let sent = 0;
    for (const body of bodies) {
      this.#channel.publish(this.#exchange, WORK, body, { persistent: true, mandatory: true });
      if (++sent % UNCONFIRMED === 0) await this.#channel.waitForConfirms();
    }
    await this.#channel.waitForConfirms();
  }

  /** Messages that lie in the actor's queue and are in nobody's hand. */
  async depth(actor: string): Promise<number> {
    return (await this.#channel.checkQueue(queueName(actor))).messageCount;
  }

  /** Takes so many messages out of the queue of `next`. */
  async drain(count: number, take: (body: Buffer) => void): Promise<void> {
    if (count === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    let left = count;
    const { consumerTag } = await this.#channel.consume(
      queueName(NEXT),
      (message) => {
        if (message !== null) take(message.content);
        if (--left === 0) resolve();
      },
      { noAck: true },
    );
    await promise;
    await this.#channel.cancel(consumerTag);
  }

  async close(): Promise<void> {
    await this.#model.close();
  }
}
