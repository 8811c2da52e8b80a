import { type Message, ReceiveMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { Intake, Source } from "../intake.ts";
import { type Delivery, QueueNotFound, TransportError } from "../messages.ts";
import { decodeBody } from "./body.ts";
import { problemOf, type SqsQueue } from "./client-queue.ts";
import { DUE_ATTRIBUTE, ENCODING_ATTRIBUTE } from "./outgoing.ts";

const MAX_POLLS = 8;
const MAX_MESSAGES_PER_POLL = 10;
/** Room that frees up within this time is asked for at once. */
const GATHER_MS = 5;
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 5_000;
const MAX_VISIBILITY_SECONDS = 43_200;

export interface ReceiverOptions {
  client: SQSClient;
  intake: Intake;
  waitSeconds: number;
  leaseSeconds: number;
  /** Finds the actor's own queue; rejects while there is none. */
  queue: () => Promise<SqsQueue>;
  /** Sends a message that is not due yet away again. */
  postpone: (body: Uint8Array, dueMs: number) => Promise<void>;
  onProblem: (problem: Error) => void;
}

/** Long polls on the actor's queue: one while it is quiet, up to eight while they come back full and there is room. */
export class Receiver implements Source {
  readonly #options: ReceiverOptions;
  #run: AbortController | undefined;
  #polls = 0;
  /** Messages that running polls may bring. */
  #reserved = 0;
  #busy = false;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #healthy = false;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    options.intake.onRoom = () => this.#schedule(GATHER_MS);
  }

  /** Whether messages can come, where they are wanted. */
  get active(): boolean {
    return this.#run === undefined || this.#healthy;
  }

  start(): void {
    this.#run = new AbortController();
    this.#failures = 0;
    this.#schedule(0);
  }

  /** n.b. What SQS is handing out at this moment stays hidden until its lease ends. */
  stop(): void {
    this.#run?.abort();
    this.#run = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(delayMs: number): void {
    const run = this.#run;
    if (run === undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#fill(run);
    }, delayMs);
  }

  #fill(run: AbortController): void {
    const { intake } = this.#options;
    while (this.#run === run && this.#polls < (this.#busy ? MAX_POLLS : 1)) {
      const count = Math.min(intake.room - this.#reserved, MAX_MESSAGES_PER_POLL);
      if (count < 1) return;
      void this.#poll(run, count);
    }
  }

  /** Does not reject. */
  async #poll(run: AbortController, count: number): Promise<void> {
    this.#polls++;
    this.#reserved += count;
    let delayMs = 0;
    try {
      const messages = await this.#receive(run.signal, count);
      this.#failures = 0;
      this.#busy = messages.length === count;
    } catch (error) {
      if (!run.signal.aborted) delayMs = this.#failed(error);
    }
    this.#polls--;
    this.#reserved -= count;
    if (this.#run === run) this.#schedule(delayMs);
  }

  async #receive(signal: AbortSignal, count: number): Promise<Message[]> {
    const { client, waitSeconds, leaseSeconds } = this.#options;
    const queue = await this.#options.queue();
    this.#healthy = true;
    signal.throwIfAborted();
    const request = new ReceiveMessageCommand({
      QueueUrl: queue.url,
      MaxNumberOfMessages: count,
      WaitTimeSeconds: waitSeconds,
      VisibilityTimeout: leaseSeconds,
      MessageSystemAttributeNames: ["ApproximateReceiveCount"],
      MessageAttributeNames: [DUE_ATTRIBUTE, ENCODING_ATTRIBUTE],
    });
    const { Messages = [] } = await client.send(request, { abortSignal: signal });
    for (const message of Messages) this.#arrived(queue, message);
    return Messages;
  }

  #arrived(queue: SqsQueue, message: Message): void {
    const { intake, leaseSeconds, postpone } = this.#options;
    const delivery = new SqsDelivery(queue, message, leaseSeconds);
    const due = Number(message.MessageAttributes?.[DUE_ATTRIBUTE]?.StringValue ?? 0);
    if (due <= Date.now()) {
      intake.offer(delivery);
      return;
    }
    postpone(delivery.body, due).then(
      () => delivery.ack(),
      () => delivery.release(),
    );
  }

  #failed(error: unknown): number {
    this.#healthy = false;
    this.#busy = false;
    const delayMs = Math.min(FIRST_DELAY_MS * 2 ** this.#failures++, MAX_DELAY_MS);
    const problem =
      error instanceof TransportError || error instanceof QueueNotFound
        ? error
        : problemOf(error, "", "own queue");
    this.#options.onProblem(
      new TransportError(`cannot receive, next try in ${delayMs} ms: ${problem.message}`, { cause: error }),
    );
    return delayMs;
  }
}

class SqsDelivery implements Delivery {
  readonly body: Uint8Array;
  readonly redelivered: boolean;
  readonly #queue: SqsQueue;
  readonly #handle: string;
  #leaseEndsAt: number;

  constructor(
    queue: SqsQueue,
    { Body = "", ReceiptHandle = "", Attributes, MessageAttributes }: Message,
    lease: number,
  ) {
    this.body = decodeBody(Body, MessageAttributes?.[ENCODING_ATTRIBUTE]?.StringValue);
    this.redelivered = Number(Attributes?.ApproximateReceiveCount ?? 1) > 1;
    this.#queue = queue;
    this.#handle = ReceiptHandle;
    this.#leaseEndsAt = Date.now() + lease * 1_000;
  }

  /** n.b. SQS accepts an old receipt and then may keep the message. */
  async ack(): Promise<boolean> {
    const leased = Date.now() < this.#leaseEndsAt;
    return (await this.#queue.delete(this.#handle)) && leased;
  }

  async release(): Promise<boolean> {
    return await this.#queue.hide(this.#handle, 0);
  }

  async extend(milliseconds: number): Promise<boolean> {
    const seconds = Math.min(Math.max(Math.ceil(milliseconds / 1_000), 1), MAX_VISIBILITY_SECONDS);
    const endsAt = Date.now() + seconds * 1_000;
    const extended = await this.#queue.hide(this.#handle, seconds);
    if (extended) this.#leaseEndsAt = endsAt;
    return extended;
  }
}
