import type { ChannelModel } from "amqplib";
import { deadLetterQueueName, queueName } from "../../core/names.ts";
import { Intake } from "../intake.ts";
import {
  type ConnectOptions,
  type Delivery,
  MessageTooLarge,
  type MessageTransport,
  QueueNotFound,
  type SendOptions,
  TransportError,
} from "../messages.ts";
import { Connection, within } from "./client-connection.ts";
import { Consumer } from "./client-consumer.ts";
import { Delays } from "./client-delays.ts";
import { redriveQueue } from "./client-redrive.ts";
import { Publisher } from "./client-publisher.ts";
import type { RabbitmqSettings } from "./settings.ts";

/** Brokers before 4.0 take 128 MiB by default. */
const DEFAULT_MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const MAX_MESSAGE_BYTES_BEFORE_4 = 128 * 1024 * 1024;
/** How long a send waits for a connection. */
const RECONNECT_MS = 5_000;
/** Of AMQP's short texts. */
const MAX_NAME_BYTES = 255;
const CLOSE_TIMEOUT_MS = 1_000;
const MAX_TIMER_MS = 2 ** 31 - 1;

export async function connectRabbitmq(
  settings: RabbitmqSettings,
  options: ConnectOptions,
): Promise<MessageTransport> {
  return new RabbitmqTransport(settings, options);
}

/** What lives as long as one connection. */
interface Session {
  publisher: Publisher;
  delays: Delays;
}

class RabbitmqTransport implements MessageTransport {
  readonly leaseMs = undefined;
  readonly #actor: string | undefined;
  readonly #exchange: string;
  readonly #fixedPrefetch: number | undefined;
  readonly #intake: Intake;
  readonly #consumer: Consumer | undefined;
  readonly #connection: Connection;
  readonly #sessions = new WeakMap<ChannelModel, Session>();
  readonly #closing = new AbortController();
  #learnedMaxBytes = Infinity;
  #brokerMaxBytes = DEFAULT_MAX_MESSAGE_BYTES;
  /** Delayed sends that wait here, each with a message in its sender's hand. */
  #held = 0;

  constructor(settings: RabbitmqSettings, { actor, onProblem = () => {} }: ConnectOptions) {
    this.#actor = actor;
    this.#exchange = settings.exchange;
    this.#fixedPrefetch = settings.prefetch;
    this.#intake = new Intake(settings.prefetch ?? 1);
    if (actor !== undefined) {
      this.#consumer = new Consumer({
        queue: queueName(actor),
        intake: this.#intake,
        postpone: (body, forMs) => this.#postpone(actor, body, forMs),
        onProblem,
      });
    }
    this.#connection = new Connection(settings, `asya ${actor ?? "sender"}`, {
      up: (model) => {
        this.#brokerMaxBytes = defaultLimit(model);
        this.#consumer?.attach(model);
      },
      down: () => this.#consumer?.detach(),
      problem: onProblem,
    });
  }

  get maxMessageBytes(): number {
    return Math.min(this.#brokerMaxBytes, this.#learnedMaxBytes);
  }

  receive(signal: AbortSignal): AsyncIterable<Delivery> {
    if (this.#consumer === undefined) throw new Error("this transport was opened for sending only");
    return this.#intake.handOut(signal, this.#consumer);
  }

  async send(actor: string, body: Uint8Array, { delayMs = 0 }: SendOptions = {}): Promise<void> {
    const dueMs = delayMs > 0 ? Date.now() + delayMs : undefined;
    const queue = queueName(actor);
    if (Buffer.byteLength(queue) > MAX_NAME_BYTES) throw new QueueNotFound(actor, queue);
    const session = await this.#session();
    if (body.length > this.maxMessageBytes)
      throw new MessageTooLarge(actor, body.length, this.maxMessageBytes);
    try {
      if (dueMs === undefined) await this.#publish(session, actor, body);
      else if (!(await session.delays.publish(actor, body, dueMs))) await this.#hold(actor, body, dueMs);
    } catch (error) {
      if (error instanceof MessageTooLarge) this.#learnedMaxBytes = error.maxBytes;
      throw error;
    }
  }

  /** By the default exchange, as the broker itself does it. */
  async sendToDeadLetters(body: Uint8Array): Promise<void> {
    if (this.#actor === undefined) throw new Error("this transport was opened for sending only");
    const { publisher } = await this.#session();
    const queue = deadLetterQueueName(queueName(this.#actor));
    await publisher.publish({ exchange: "", actor: queue, body, properties: {} });
  }

  /** By the exchange, where the actor's own user may write; n.b. it may not to the default exchange. */
  async redrive(prepare: (body: Uint8Array) => Uint8Array): Promise<number> {
    const actor = this.#actor;
    if (actor === undefined) throw new Error("this transport was opened for sending only");
    const session = await this.#session();
    const send = async (body: Uint8Array) => await this.#publish(session, actor, prepare(body));
    return await redriveQueue(await this.#connection.model(RECONNECT_MS), queueName(actor), send);
  }

  /**
   * A prefetch from the settings stays.
   *
   * n.b. RabbitMQ fixes a consumer's prefetch at its start, so each change takes two turns to the broker.
   */
  setPrefetch(messages: number): void {
    if (this.#fixedPrefetch === undefined) this.#intake.setPrefetch(messages);
  }

  connected(): boolean {
    return this.#connection.up && (this.#consumer?.active ?? true);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#intake.close();
    await within(CLOSE_TIMEOUT_MS, this.#consumer?.close());
    await this.#connection.close();
  }

  async #session(): Promise<Session> {
    if (this.#closing.signal.aborted) throw new TransportError("the transport is closed");
    const model = await this.#connection.model(RECONNECT_MS);
    let session = this.#sessions.get(model);
    if (session === undefined) {
      session = { publisher: new Publisher(model), delays: new Delays(model, this.#exchange) };
      this.#sessions.set(model, session);
    }
    return session;
  }

  async #publish({ publisher }: Session, actor: string, body: Uint8Array): Promise<void> {
    await publisher.publish({ exchange: this.#exchange, actor, body, properties: {} });
  }

  /** Where no delay queue can be used: the sender, who acks after the send, keeps its message unacked until then. */
  async #hold(actor: string, body: Uint8Array, dueMs: number): Promise<void> {
    this.#holding(1);
    try {
      await this.#until(dueMs);
      await this.#publish(await this.#session(), actor, body);
    } finally {
      this.#holding(-1);
    }
  }

  #holding(more: 1 | -1): void {
    this.#held += more;
    // Powers of two, as each change is a question to the broker.
    this.#intake.setExtra(this.#held === 0 ? 0 : 2 ** Math.ceil(Math.log2(this.#held)));
  }

  async #until(dueMs: number): Promise<void> {
    const { signal } = this.#closing;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, Math.min(Math.max(dueMs - Date.now(), 0), MAX_TIMER_MS));
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    clearTimeout(timer);
    if (signal.aborted) throw new TransportError("the transport is closed");
  }

  /** A message that came before its time: its delay is longer than the longest delay queue's. */
  async #postpone(actor: string, body: Uint8Array, forMs: number): Promise<boolean> {
    const { delays } = await this.#session();
    return await delays.publish(actor, body, Date.now() + forMs);
  }
}

function defaultLimit(model: ChannelModel): number {
  const major = Number(model.connection.serverProperties.version.split(".")[0]);
  return major < 4 ? MAX_MESSAGE_BYTES_BEFORE_4 : DEFAULT_MAX_MESSAGE_BYTES;
}
