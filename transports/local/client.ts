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
import type { LocalSettings } from "./settings.ts";
import { type Depth, LocalStore, type QueueSettings, type StoredMessage } from "./client-store.ts";

const DEFAULTS: QueueSettings = { leaseMs: 30_000, maxDeliveries: 20 };
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** How soon a change by another process is seen. */
const WATCH_MS = 20;
const MAX_TIMER_MS = 60_000;
const PROBLEM_MS = 1_000;

/** The queues of one machine, in one process's memory or in a file; the only transport whose queues we make ourselves. */
export class LocalBroker {
  readonly store: LocalStore;
  readonly shared: boolean;
  readonly #receivers = new Map<string, Set<() => void>>();

  /** @param file - undefined = in this process's memory. */
  constructor(file: string | undefined) {
    this.shared = file !== undefined;
    try {
      this.store = new LocalStore(file);
    } catch (cause) {
      throw new TransportError(
        `cannot open ${file} (ASYA_LOCAL_FILE) as a queue file: ${(cause as Error).message}`,
        { cause },
      );
    }
  }

  /** Makes the actor's queue and its dead letters, or gives an existing queue other settings. */
  declare(actor: string, settings: Partial<QueueSettings> = {}): void {
    const queue = queueName(actor);
    this.store.declare(queue, deadLetterQueueName(queue), { ...DEFAULTS, ...settings });
    this.changed(queue);
  }

  /** Of any queue, dead letters too. */
  depth(queue: string): Depth {
    return this.store.depth(queue, Date.now());
  }

  connect(options: ConnectOptions): MessageTransport {
    return new LocalTransport(this, options, () => {});
  }

  /** Calls `wake` when the queue may have something new by this process. */
  watch(queue: string, wake: () => void): () => void {
    const receivers = this.#receivers.get(queue) ?? new Set();
    this.#receivers.set(queue, receivers.add(wake));
    return () => receivers.delete(wake);
  }

  changed(queue: string): void {
    for (const wake of this.#receivers.get(queue) ?? []) wake();
  }

  close(): void {
    this.store.close();
  }
}

/** A broker of its own on the file, closed with the transport. */
export function connectLocal({ file }: LocalSettings, options: ConnectOptions): MessageTransport {
  const broker = new LocalBroker(file);
  return new LocalTransport(broker, options, () => broker.close());
}

class LocalTransport implements MessageTransport {
  readonly maxMessageBytes = MAX_MESSAGE_BYTES;
  readonly #broker: LocalBroker;
  readonly #queue: string | undefined;
  readonly #intake = new Intake(1);
  readonly #onProblem: (problem: Error) => void;
  readonly #onClosed: () => void;
  #closed = false;

  constructor(broker: LocalBroker, { actor, onProblem = () => {} }: ConnectOptions, onClosed: () => void) {
    this.#broker = broker;
    this.#queue = actor === undefined ? undefined : queueName(actor);
    this.#onProblem = onProblem;
    this.#onClosed = onClosed;
  }

  get leaseMs(): number {
    const settings = this.#queue === undefined ? undefined : this.#broker.store.settings(this.#queue);
    return (settings ?? DEFAULTS).leaseMs;
  }

  receive(signal: AbortSignal): AsyncIterable<Delivery> {
    if (this.#queue === undefined) throw new Error("this transport was opened for sending only");
    return this.#intake.handOut(signal, new Pump(this.#broker, this.#queue, this.#intake, this.#onProblem));
  }

  // oxlint-disable-next-line typescript/require-await -- what is thrown must reject
  async send(actor: string, body: Uint8Array, { delayMs = 0 }: SendOptions = {}): Promise<void> {
    this.#put(actor, queueName(actor), body, delayMs);
  }

  // oxlint-disable-next-line typescript/require-await -- what is thrown must reject
  async sendToDeadLetters(body: Uint8Array): Promise<void> {
    if (this.#queue === undefined) throw new Error("this transport was opened for sending only");
    const queue = deadLetterQueueName(this.#queue);
    this.#put(queue, queue, body, 0);
  }

  async redrive(prepare: (body: Uint8Array) => Uint8Array): Promise<number> {
    if (this.#queue === undefined) throw new Error("this transport was opened for sending only");
    const queue = this.#queue;
    const deadLetters = deadLetterQueueName(queue);
    const { store } = this.#broker;
    if (this.#try(() => store.settings(deadLetters)) === undefined)
      throw new QueueNotFound(deadLetters, deadLetters);
    const count = this.#try(() => store.depth(deadLetters, Date.now()).ready);
    for (let moved = 0; moved < count; moved++) {
      const [message] = this.#try(() => store.take(deadLetters, 1, Date.now()));
      if (message === undefined) return moved;
      try {
        this.#put(queue, queue, prepare(message.body), 0);
      } catch (error) {
        this.#try(() => store.hide(message, Date.now()));
        throw error;
      }
      this.#try(() => store.ack(message));
    }
    return count;
  }

  #put(actor: string, queue: string, body: Uint8Array, delayMs: number): void {
    if (this.#closed) throw new TransportError("the transport is closed");
    if (body.length > MAX_MESSAGE_BYTES) throw new MessageTooLarge(actor, body.length, MAX_MESSAGE_BYTES);
    const stored = this.#try(() => this.#broker.store.put(queue, body, Date.now() + Math.ceil(delayMs)));
    if (!stored) throw new QueueNotFound(actor, queue);
    this.#broker.changed(queue);
  }

  #try<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      throw new TransportError(`the queue file refused: ${(cause as Error).message}`, { cause });
    }
  }

  setPrefetch(messages: number): void {
    this.#intake.setPrefetch(messages);
  }

  connected(): boolean {
    if (this.#closed) return false;
    return this.#queue === undefined || this.#broker.store.settings(this.#queue) !== undefined;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#intake.close();
    this.#closed = true;
    this.#onClosed();
  }
}

/** Takes messages as soon as they are due and there is room. */
class Pump {
  readonly #broker: LocalBroker;
  readonly #queue: string;
  readonly #intake: Intake;
  readonly #onProblem: (problem: Error) => void;
  #foreignChanges = 0;
  #unwatch: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  #watcher: NodeJS.Timeout | undefined;

  constructor(broker: LocalBroker, queue: string, intake: Intake, onProblem: (problem: Error) => void) {
    this.#broker = broker;
    this.#queue = queue;
    this.#intake = intake;
    this.#onProblem = onProblem;
  }

  start(): void {
    this.#unwatch = this.#broker.watch(this.#queue, () => this.#run());
    this.#intake.onRoom = () => this.#run();
    if (this.#broker.shared) this.#watcher = setInterval(() => this.#look(), WATCH_MS);
    if (this.#broker.store.settings(this.#queue) === undefined) {
      this.#onProblem(new TransportError(`queue ${this.#queue} does not exist yet`));
    }
    this.#run();
  }

  stop(): void {
    this.#unwatch();
    this.#intake.onRoom = () => {};
    clearTimeout(this.#timer);
    clearInterval(this.#watcher);
  }

  #look(): void {
    const seen = this.#broker.store.foreignChanges();
    if (seen === this.#foreignChanges) return;
    this.#foreignChanges = seen;
    this.#run();
  }

  #run(): void {
    clearTimeout(this.#timer);
    try {
      const waitMs = this.#take();
      if (waitMs !== undefined) this.#timer = setTimeout(() => this.#run(), waitMs);
    } catch (cause) {
      // SQLite is busy or the disk is full: the messages are still there.
      this.#onProblem(
        new TransportError(`cannot read ${this.#queue}: ${(cause as Error).message}`, { cause }),
      );
      this.#timer = setTimeout(() => this.#run(), PROBLEM_MS);
    }
  }

  /** When to look again, where a message will be due; room and other senders call by themselves. */
  #take(): number | undefined {
    const { room } = this.#intake;
    if (room <= 0) return undefined;
    const { store } = this.#broker;
    for (const message of store.take(this.#queue, room, Date.now()))
      this.#intake.offer(new LocalDelivery(this.#broker, this.#queue, message));
    if (this.#intake.room <= 0) return undefined;
    const due = store.nextDue(this.#queue);
    return due === undefined ? undefined : Math.min(Math.max(due - Date.now(), 0), MAX_TIMER_MS);
  }
}

class LocalDelivery implements Delivery {
  readonly body: Uint8Array;
  readonly redelivered: boolean;
  readonly #broker: LocalBroker;
  readonly #queue: string;
  readonly #message: StoredMessage;

  constructor(broker: LocalBroker, queue: string, message: StoredMessage) {
    this.body = message.body;
    this.redelivered = message.delivery > 1;
    this.#broker = broker;
    this.#queue = queue;
    this.#message = message;
  }

  async ack(): Promise<boolean> {
    return this.#changes((store) => store.ack(this.#message));
  }

  async release(): Promise<boolean> {
    const released = this.#changes((store) => store.hide(this.#message, Date.now()));
    this.#broker.changed(this.#queue);
    return released;
  }

  async extend(milliseconds: number): Promise<boolean> {
    return this.#changes((store) => store.hide(this.#message, Date.now() + Math.ceil(milliseconds)));
  }

  /** A file that cannot be written keeps the message: its lease ends and it comes again. */
  #changes(change: (store: LocalStore) => boolean): boolean {
    try {
      return change(this.#broker.store);
    } catch {
      return false;
    }
  }
}
