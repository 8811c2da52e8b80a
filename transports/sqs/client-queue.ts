import {
  type BatchResultErrorEntry,
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
  SendMessageBatchCommand,
} from "@aws-sdk/client-sqs";
import { MessageTooLarge, QueueNotFound, TransportError } from "../messages.ts";
import { Batches, type Outcome } from "./client-batches.ts";
import { ENCODING_ATTRIBUTE, type OutgoingMessage } from "./outgoing.ts";

/** What SQS takes at most since 2025: a message with its attributes, and also a whole batch. */
export const MAX_MESSAGE_BYTES = 1_048_576;
const MAX_BATCH = 10;

/** One queue and what can be said to it in batches. */
export class SqsQueue {
  readonly url: string;
  readonly #actor: string;
  readonly #name: string;
  readonly #client: SQSClient;
  readonly #sends: Batches<OutgoingMessage>;
  readonly #deletes: Batches<string>;
  readonly #visibilities: Batches<{ handle: string; seconds: number }>;

  constructor(client: SQSClient, actor: string, name: string, url: string) {
    this.url = url;
    this.#actor = actor;
    this.#name = name;
    this.#client = client;
    this.#sends = new Batches((messages) => this.#sendAll(messages), MAX_MESSAGE_BYTES);
    this.#deletes = new Batches((handles) => this.#deleteAll(handles));
    this.#visibilities = new Batches((changes) => this.#changeAll(changes));
  }

  /**
   * Looks the queue up.
   *
   * @param origin - of an SQS-compatible server, which may give another host than the one that we reach it by.
   * @throws {QueueNotFound | TransportError}
   */
  static async find(
    client: SQSClient,
    actor: string,
    name: string,
    origin: string | undefined,
  ): Promise<SqsQueue> {
    try {
      const { QueueUrl = "" } = await client.send(new GetQueueUrlCommand({ QueueName: name }));
      const url = origin === undefined ? QueueUrl : new URL(new URL(QueueUrl).pathname, origin).href;
      return new SqsQueue(client, actor, name, url);
    } catch (error) {
      throw problemOf(error, actor, name);
    }
  }

  /** @throws {QueueNotFound | MessageTooLarge | TransportError} */
  async send(message: OutgoingMessage): Promise<void> {
    const problem = await this.#sends.add(message, message.bytes);
    if (problem !== undefined) throw problem;
  }

  /** Whether SQS took it. */
  async delete(handle: string): Promise<boolean> {
    return (await this.#deletes.add(handle)) === undefined;
  }

  /** Hides a received message for so long from now; 0 = anybody may have it. */
  async hide(handle: string, seconds: number): Promise<boolean> {
    return (await this.#visibilities.add({ handle, seconds })) === undefined;
  }

  /** undefined where that may not be asked. */
  async maxMessageBytes(): Promise<number | undefined> {
    const request = new GetQueueAttributesCommand({
      QueueUrl: this.url,
      AttributeNames: ["MaximumMessageSize"],
    });
    try {
      const { Attributes } = await this.#client.send(request);
      const limit = Number(Attributes?.["MaximumMessageSize"]);
      return limit > 0 ? Math.min(limit, MAX_MESSAGE_BYTES) : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Messages that nobody has in hand, about so many.
   *
   * @throws {QueueNotFound | TransportError}
   */
  async approximateMessages(): Promise<number> {
    const request = new GetQueueAttributesCommand({
      QueueUrl: this.url,
      AttributeNames: ["ApproximateNumberOfMessages"],
    });
    try {
      const { Attributes } = await this.#client.send(request);
      return Number(Attributes?.["ApproximateNumberOfMessages"] ?? 0);
    } catch (error) {
      throw problemOf(error, this.#actor, this.#name);
    }
  }

  /**
   * Up to 10 messages, hidden for so long.
   *
   * @throws {QueueNotFound | TransportError}
   */
  async receive(count: number, waitSeconds: number, hiddenSeconds: number): Promise<Message[]> {
    const request = new ReceiveMessageCommand({
      QueueUrl: this.url,
      MaxNumberOfMessages: Math.min(count, MAX_BATCH),
      WaitTimeSeconds: waitSeconds,
      VisibilityTimeout: hiddenSeconds,
      MessageAttributeNames: [ENCODING_ATTRIBUTE],
    });
    try {
      const { Messages = [] } = await this.#client.send(request);
      return Messages;
    } catch (error) {
      throw problemOf(error, this.#actor, this.#name);
    }
  }

  async #sendAll(messages: OutgoingMessage[]): Promise<Outcome[]> {
    const Entries = messages.map(({ bytes: _, ...message }, index) => ({ Id: String(index), ...message }));
    try {
      const { Failed } = await this.#client.send(
        new SendMessageBatchCommand({ QueueUrl: this.url, Entries }),
      );
      return messages.map(({ bytes }, index) => this.#refusal(Failed, index, bytes));
    } catch (error) {
      // A server with lower limits for a batch than for its messages.
      if (nameOf(error) === "BatchRequestTooLong" && messages.length > 1) {
        return (await Promise.all(messages.map((message) => this.#sendAll([message])))).flat();
      }
      return messages.map(
        ({ bytes }) => tooLarge(error, this.#actor, bytes) ?? problemOf(error, this.#actor, this.#name),
      );
    }
  }

  async #deleteAll(handles: string[]): Promise<Outcome[]> {
    const Entries = handles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
    const request = new DeleteMessageBatchCommand({ QueueUrl: this.url, Entries });
    try {
      const { Failed } = await this.#client.send(request);
      return handles.map((_, index) => this.#refusal(Failed, index, 0));
    } catch (error) {
      return handles.map(() => problemOf(error, this.#actor, this.#name));
    }
  }

  async #changeAll(changes: { handle: string; seconds: number }[]): Promise<Outcome[]> {
    const Entries = changes.map(({ handle, seconds }, index) => ({
      Id: String(index),
      ReceiptHandle: handle,
      VisibilityTimeout: seconds,
    }));
    const request = new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.url, Entries });
    try {
      const { Failed } = await this.#client.send(request);
      return changes.map((_, index) => this.#refusal(Failed, index, 0));
    } catch (error) {
      return changes.map(() => problemOf(error, this.#actor, this.#name));
    }
  }

  #refusal(failed: BatchResultErrorEntry[] | undefined, index: number, bytes: number): Outcome {
    const entry = failed?.find(({ Id }) => Id === String(index));
    if (entry === undefined) return undefined;
    const cause = Object.assign(new Error(entry.Message ?? entry.Code), { name: entry.Code ?? "Error" });
    return tooLarge(cause, this.#actor, bytes) ?? problemOf(cause, this.#actor, this.#name);
  }
}

/** @throws never: the error to throw. */
export function problemOf(error: unknown, actor: string, queue: string): Error {
  const cause = error instanceof Error ? error : new Error(String(error));
  if (/QueueDoesNotExist|NonExistentQueue/.test(cause.name))
    return new QueueNotFound(actor, queue, { cause });
  return new TransportError(`SQS queue ${queue}: ${cause.name}: ${cause.message}`, { cause });
}

/** A queue may take less than SQS does; it says how much. */
function tooLarge(error: unknown, actor: string, bytes: number): MessageTooLarge | undefined {
  const cause = error instanceof Error ? error : new Error(String(error));
  const limit = /shorter than (\d+) bytes/.exec(cause.message)?.[1];
  if (limit !== undefined) return new MessageTooLarge(actor, bytes, Number(limit), { cause });
  return nameOf(error) === "BatchRequestTooLong"
    ? new MessageTooLarge(actor, bytes, MAX_MESSAGE_BYTES, { cause })
    : undefined;
}

function nameOf(error: unknown): string {
  return (error instanceof Error ? error.name : "").replace(/^AWS\.SimpleQueueService\./, "");
}
