import type { ChannelModel, ConfirmChannel, Options } from "amqplib";
import { queueName } from "../../core/names.ts";
import { MessageTooLarge, QueueNotFound, TransportError } from "../messages.ts";

export interface Outgoing {
  exchange: string;
  actor: string;
  body: Uint8Array;
  properties: Options.Publish;
}

interface Pending extends Outgoing {
  returned: boolean;
}

/** Publishes on one confirm channel of its own, opened again when the broker closes it over a message that it refuses. */
export class Publisher {
  readonly #model: ChannelModel;
  readonly #pending = new Map<string, Pending>();
  #channel: Promise<ConfirmChannel> | undefined;
  #refusal: Error | undefined;
  #sequence = 0;
  /** Above it the broker closes the channel; learned when that happens. */
  maxMessageBytes = Infinity;

  constructor(model: ChannelModel) {
    this.#model = model;
  }

  /**
   * Resolves when the broker has the message in a queue.
   *
   * @throws {QueueNotFound | MessageTooLarge | TransportError}
   */
  async publish(outgoing: Outgoing): Promise<void> {
    const channel = await this.#open();
    const { exchange, actor, body, properties } = outgoing;
    const messageId = String(++this.#sequence);
    const pending: Pending = { ...outgoing, returned: false };
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#pending.set(messageId, pending);
    try {
      channel.publish(
        exchange,
        actor,
        Buffer.from(body.buffer, body.byteOffset, body.byteLength),
        { persistent: true, contentType: "application/json", ...properties, mandatory: true, messageId },
        (error: Error | null) => {
          this.#pending.delete(messageId);
          if (error !== null) reject(this.#refused(pending, error));
          else if (pending.returned) reject(new QueueNotFound(actor, queueName(actor)));
          else resolve();
        },
      );
    } catch (error) {
      // The channel was closed a moment ago.
      this.#pending.delete(messageId);
      throw this.#refused(pending, error as Error);
    }
    await promise;
  }

  async #open(): Promise<ConfirmChannel> {
    this.#channel ??= this.#create();
    try {
      return await this.#channel;
    } catch (cause) {
      this.#channel = undefined;
      throw new TransportError(`cannot open a channel: ${(cause as Error).message}`, { cause });
    }
  }

  async #create(): Promise<ConfirmChannel> {
    const channel = await this.#model.createConfirmChannel();
    this.#refusal = undefined;
    channel.on("error", (error: Error) => {
      this.#refusal = error;
      this.maxMessageBytes = limitIn(error.message) ?? this.maxMessageBytes;
    });
    channel.on("close", () => (this.#channel = undefined));
    // n.b. The return of a mandatory message comes before its confirm.
    channel.on("return", (message) => {
      const pending = this.#pending.get(String(message.properties.messageId));
      if (pending !== undefined) pending.returned = true;
    });
    return channel;
  }

  /** Why a message was not taken. A closed channel takes everything in flight with it, whoever's fault it was. */
  #refused({ actor, body }: Pending, error: Error): Error {
    const cause = this.#refusal ?? error;
    if (body.length > this.maxMessageBytes) {
      return new MessageTooLarge(actor, body.length, this.maxMessageBytes, { cause });
    }
    return new TransportError(`the broker has not confirmed a message for "${actor}": ${cause.message}`, {
      cause,
    });
  }
}

/** @example "PRECONDITION_FAILED - message size 134217729 is larger than configured max size 134217728" */
function limitIn(text: string): number | undefined {
  const limit = /larger than (?:configured )?max size (\d+)/.exec(text)?.[1];
  return limit === undefined ? undefined : Number(limit);
}
