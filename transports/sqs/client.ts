import { SQSClient } from "@aws-sdk/client-sqs";
import { deadLetterQueueName } from "../../core/names.ts";
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
import { MAX_MESSAGE_BYTES, SqsQueue } from "./client-queue.ts";
import { Receiver } from "./client-receiver.ts";
import { redriveQueue } from "./client-redrive.ts";
import { fillActor, isQueueName } from "./names.ts";
import { outgoing } from "./outgoing.ts";
import type { SqsSettings } from "./settings.ts";

const CONNECT_TIMEOUT_MS = 5_000;
/** Above the longest long poll. */
const REQUEST_TIMEOUT_MS = 30_000;
/** What 0.1 takes where the setting is 0. */
const DEFAULT_LEASE_SECONDS = 300;

export async function connectSqs(settings: SqsSettings, options: ConnectOptions): Promise<MessageTransport> {
  return new SqsTransport(settings, options);
}

/** For one region; an SQS-compatible server is asked at its endpoint, whatever host its queues' URLs have. */
export function sqsClient({ region, endpoint }: Pick<SqsSettings, "region" | "endpoint">): SQSClient {
  return new SQSClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint, useQueueUrlAsEndpoint: false }),
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
  });
}

class SqsTransport implements MessageTransport {
  readonly leaseMs: number;
  readonly #settings: SqsSettings;
  readonly #actor: string | undefined;
  readonly #client: SQSClient;
  readonly #intake = new Intake(1);
  readonly #receiver: Receiver | undefined;
  readonly #queues = new Map<string, Promise<SqsQueue>>();
  readonly #closing = new AbortController();
  #maxMessageBytes = MAX_MESSAGE_BYTES;
  #reachable = true;

  constructor(settings: SqsSettings, { actor, onProblem = () => {} }: ConnectOptions) {
    const leaseSeconds = settings.visibilityTimeoutSeconds || DEFAULT_LEASE_SECONDS;
    this.leaseMs = leaseSeconds * 1_000;
    this.#settings = settings;
    this.#actor = actor;
    this.#client = sqsClient(settings);
    if (actor === undefined) return;
    this.#receiver = new Receiver({
      client: this.#client,
      intake: this.#intake,
      waitSeconds: settings.waitTimeSeconds,
      leaseSeconds,
      queue: () => this.#ownQueue(actor),
      postpone: (body, dueMs) => this.#sendAt(actor, body, dueMs),
      onProblem: (problem) => {
        this.#queues.delete(actor);
        onProblem(problem);
      },
    });
  }

  get maxMessageBytes(): number {
    return this.#maxMessageBytes;
  }

  receive(signal: AbortSignal): AsyncIterable<Delivery> {
    if (this.#receiver === undefined) throw new Error("this transport was opened for sending only");
    return this.#intake.handOut(signal, this.#receiver);
  }

  async send(actor: string, body: Uint8Array, { delayMs = 0 }: SendOptions = {}): Promise<void> {
    if (this.#closing.signal.aborted) throw new TransportError("the transport is closed");
    await this.#sendAt(actor, body, Date.now() + delayMs);
  }

  async sendToDeadLetters(body: Uint8Array): Promise<void> {
    if (this.#actor === undefined) throw new Error("this transport was opened for sending only");
    const name = deadLetterQueueName(fillActor(this.#settings.queueTemplate, this.#actor));
    const queue = await SqsQueue.find(this.#client, this.#actor, name, this.#settings.endpoint);
    await queue.send(outgoing(body, 0, Date.now()));
  }

  async redrive(prepare: (body: Uint8Array) => Uint8Array): Promise<number> {
    const actor = this.#actor;
    if (actor === undefined) throw new Error("this transport was opened for sending only");
    const name = deadLetterQueueName(fillActor(this.#settings.queueTemplate, actor));
    const deadLetters = await SqsQueue.find(this.#client, actor, name, this.#settings.endpoint);
    const send = async (body: Uint8Array) => await this.#sendAt(actor, prepare(body), Date.now());
    return await redriveQueue(deadLetters, send);
  }

  setPrefetch(messages: number): void {
    this.#intake.setPrefetch(messages);
  }

  connected(): boolean {
    return !this.#closing.signal.aborted && this.#reachable && (this.#receiver?.active ?? true);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#intake.close();
    this.#client.destroy();
  }

  async #sendAt(actor: string, body: Uint8Array, dueMs: number): Promise<void> {
    const message = outgoing(body, dueMs, Date.now());
    if (message.bytes > this.#maxMessageBytes)
      throw new MessageTooLarge(actor, message.bytes, this.#maxMessageBytes);
    try {
      const queue = await this.#queue(actor);
      await queue.send(message);
      this.#reachable = true;
    } catch (error) {
      if (error instanceof QueueNotFound) this.#queues.delete(actor);
      else if (error instanceof TransportError) this.#reachable = false;
      throw error;
    }
  }

  async #ownQueue(actor: string): Promise<SqsQueue> {
    const known = this.#queues.has(actor);
    const queue = await this.#queue(actor);
    if (!known) this.#maxMessageBytes = (await queue.maxMessageBytes()) ?? this.#maxMessageBytes;
    return queue;
  }

  async #queue(actor: string): Promise<SqsQueue> {
    let queue = this.#queues.get(actor);
    if (queue === undefined) {
      const { queueTemplate, endpoint } = this.#settings;
      const name = fillActor(queueTemplate, actor);
      if (!isQueueName(name)) throw new QueueNotFound(actor, name);
      queue = SqsQueue.find(this.#client, actor, name, endpoint);
      this.#queues.set(actor, queue);
      queue.catch(() => this.#queues.delete(actor));
    }
    return await queue;
  }
}
