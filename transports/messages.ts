/**
 * What a queue system must bring for messages: the other side of `contract.ts`. At-least-once everywhere; order is not
 * promised anywhere. test/conformance/suite.ts says each promise as a test and runs against each real broker.
 */

import { shorten } from "../core/shorten.ts";

export interface MessageTransport {
  /**
   * The messages of the actor's own queue, each handed out once the caller asks for the next and fewer than the prefetch
   * are in hand. Lost connections, missing queues and broker restarts are waited out and reported to `onProblem`. Ends
   * when `signal` aborts or at close; what was handed out can still be settled until close. One iteration at a time.
   */
  receive(signal: AbortSignal): AsyncIterable<Delivery>;
  /**
   * Puts a message into that actor's queue; resolves when the broker has it safely. After a TransportError it may have it
   * or not: send again and expect a duplicate.
   *
   * @throws {QueueNotFound | MessageTooLarge | TransportError}
   */
  send(actor: string, body: Uint8Array, options?: SendOptions): Promise<void>;
  /**
   * Puts a message into the dead letters of the own queue, so that it can be acked.
   *
   * @throws {QueueNotFound | MessageTooLarge | TransportError}
   */
  sendToDeadLetters(body: Uint8Array): Promise<void>;
  /**
   * Moves what lies in the own queue's dead letters now back into the own queue; what fails again meanwhile is not moved
   * twice. Each message is sent as a new one, confirmed, and only then taken away: a crash leaves duplicates, no gaps.
   *
   * @param prepare - the body to send for the one that lay there.
   * @returns how many were moved; what is in somebody else's hand is not among them.
   * @throws {QueueNotFound | MessageTooLarge | TransportError} the message it happened to, and the rest, stay.
   */
  redrive(prepare: (body: Uint8Array) => Uint8Array): Promise<number>;
  /** The longest body that the broker takes, as far as it is known. */
  readonly maxMessageBytes: number;
  /** How long a message stays with its receiver without `extend`; undefined = as long as the connection. */
  readonly leaseMs: number | undefined;
  /** How many messages may be in hand at once, from 1. */
  setPrefetch(messages: number): void;
  /** Whether the broker answered last time; with a receive running: whether messages can come. */
  connected(): boolean;
  /** Gives back at once whatever is in hand, and ends; what is still being sent rejects. */
  close(): Promise<void>;
}

export interface SendOptions {
  /** Not before so many milliseconds from now. */
  delayMs?: number;
}

/** One message in hand. It is settled by the first of `ack` and `release`; later calls answer false. None of them rejects. */
export interface Delivery {
  readonly body: Uint8Array;
  /** It was delivered before, to whomever. */
  readonly redelivered: boolean;
  /** Done: it must not come again. False = the broker has taken it back or cannot be reached: it comes again. */
  ack(): Promise<boolean>;
  /** Not done: anybody may have it at once. False as in `ack`. */
  release(): Promise<boolean>;
  /** Keeps it in hand for so many milliseconds from now. False = it is in hand no longer. */
  extend(milliseconds: number): Promise<boolean>;
}

export interface ConnectOptions {
  /** Whose queue `receive` reads; undefined = for sending only. */
  actor: string | undefined;
  /** Told what goes wrong while the transport helps itself: a lost connection, a queue that is not there yet. */
  onProblem?: (problem: Error) => void;
}

/** n.b. names come out of messages: any text of any length. */
const MAX_SHOWN = 128;

/** The destination has no queue. */
export class QueueNotFound extends Error {
  override readonly name = "QueueNotFound";
  readonly actor: string;

  constructor(actor: string, queue: string, options?: ErrorOptions) {
    super(
      `actor "${shorten(actor, MAX_SHOWN)}" has no queue: ${shorten(queue, MAX_SHOWN)} does not exist - deploy the actor or correct the route`,
      options,
    );
    this.actor = actor;
  }
}

export class MessageTooLarge extends Error {
  override readonly name = "MessageTooLarge";
  readonly bytes: number;
  readonly maxBytes: number;

  constructor(actor: string, bytes: number, maxBytes: number, options?: ErrorOptions) {
    super(
      `message for "${shorten(actor, MAX_SHOWN)}" has ${bytes} bytes (at most ${maxBytes}) - send a reference instead`,
      options,
    );
    this.bytes = bytes;
    this.maxBytes = maxBytes;
  }
}

/** The broker could not be reached or refused: trying again may help. */
export class TransportError extends Error {
  override readonly name = "TransportError";
}
