import type { Channel, ChannelModel, ConsumeMessage } from "amqplib";
import type { Intake, Source } from "../intake.ts";
import { type Delivery, TransportError } from "../messages.ts";
import { AckWindow } from "./ack-window.ts";
import { waitMs } from "./delays.ts";

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 5_000;
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface ConsumerOptions {
  queue: string;
  intake: Intake;
  /** Sends a message that is not due yet away again; false = it cannot, and the message must wait here. */
  postpone: (body: Uint8Array, forMs: number) => Promise<boolean>;
  onProblem: (problem: TransportError) => void;
}

/** Consumes the actor's queue on whatever connection there is, with as many in hand as the intake allows. */
export class Consumer implements Source {
  readonly #options: ConsumerOptions;
  #model: ChannelModel | undefined;
  #wanted = false;
  #tag: string | undefined;
  #prefetch = 0;
  #generation: Generation | undefined;
  #failures = 0;
  #working = false;
  /** Something changed while at work. */
  #again = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    options.intake.onRoom = () => this.#reconcile();
  }

  /** Whether messages can come, where they are wanted. */
  get active(): boolean {
    return !this.#wanted || this.#tag !== undefined;
  }

  start(): void {
    this.#wanted = true;
    this.#reconcile();
  }

  stop(): void {
    this.#wanted = false;
    this.#reconcile();
  }

  attach(model: ChannelModel): void {
    this.#model = model;
    this.#failures = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#reconcile();
  }

  detach(): void {
    this.#model = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lost();
  }

  /** n.b. The connection's own closing frame would overtake what is still being written on a channel. */
  async close(): Promise<void> {
    const generation = this.#generation;
    generation?.flush();
    this.detach();
    await generation?.channel.close().catch(() => {});
  }

  #reconcile(): void {
    this.#again = true;
    if (this.#working || this.#timer !== undefined) return;
    this.#working = true;
    this.#again = false;
    void this.#work().finally(() => {
      this.#working = false;
      if (this.#again) this.#reconcile();
    });
  }

  /** Until what is equals what is wanted. */
  async #work(): Promise<void> {
    const { intake } = this.#options;
    try {
      while (this.#model !== undefined) {
        const wanted = this.#wanted ? intake.limit : 0;
        if (wanted === this.#prefetch && (wanted === 0 || this.#tag !== undefined)) return;
        if (this.#tag !== undefined) await this.#cancel();
        else if (wanted === 0) this.#prefetch = 0;
        // n.b. A consumer's prefetch is fixed when it starts and does not count what an earlier one got.
        else if (intake.size >= wanted) return;
        else await this.#consume(wanted);
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  async #cancel(): Promise<void> {
    const tag = this.#tag!;
    this.#tag = undefined;
    this.#prefetch = 0;
    await this.#generation?.channel.cancel(tag);
  }

  async #consume(prefetch: number): Promise<void> {
    this.#generation ??= await this.#open(this.#model!);
    const generation = this.#generation;
    await generation.channel.prefetch(Math.min(prefetch, 65_535), false);
    const { consumerTag } = await generation.channel.consume(this.#options.queue, (message) => {
      // The broker cancels when the queue is deleted or its node goes away.
      if (message === null) this.#cancelled(generation);
      else this.#arrived(generation, message);
    });
    if (this.#generation !== generation) return;
    this.#tag = consumerTag;
    this.#prefetch = prefetch;
    this.#failures = 0;
  }

  async #open(model: ChannelModel): Promise<Generation> {
    const channel = await model.createChannel();
    const generation = new Generation(channel);
    channel.on("error", (error: Error) => {
      if (this.#generation === generation) this.#lost(error);
    });
    // Without an error before it the connection is going down, which is reported there.
    channel.on("close", () => {
      if (this.#generation === generation) this.#lost();
    });
    return generation;
  }

  #cancelled(generation: Generation): void {
    if (this.#generation !== generation) return;
    this.#tag = undefined;
    this.#prefetch = 0;
    this.#failed(new Error("the broker cancelled the consumer"));
  }

  /** The channel is gone, and with it the right to ack what came over it. */
  #lost(reason?: Error): void {
    if (this.#generation !== undefined) this.#generation.alive = false;
    this.#generation = undefined;
    this.#tag = undefined;
    this.#prefetch = 0;
    this.#options.intake.forgetWaiting();
    if (reason !== undefined) this.#failed(reason);
  }

  #failed(error: unknown): void {
    if (this.#model === undefined || this.#timer !== undefined) return;
    const { queue, onProblem } = this.#options;
    const delayMs = Math.min(FIRST_DELAY_MS * 2 ** this.#failures++, MAX_DELAY_MS);
    const { message } = error as Error;
    onProblem(
      new TransportError(`cannot consume ${queue}, next try in ${delayMs} ms: ${message}`, { cause: error }),
    );
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#reconcile();
    }, delayMs);
  }

  #arrived(generation: Generation, message: ConsumeMessage): void {
    const { intake, postpone } = this.#options;
    const delivery = generation.received(message);
    const forMs = waitMs(message.properties.headers, Date.now());
    if (forMs === 0) {
      intake.offer(delivery);
      return;
    }
    const wait = () => {
      setTimeout(() => generation.alive && intake.offer(delivery), Math.min(forMs, MAX_TIMER_MS));
    };
    postpone(message.content, forMs).then((postponed) => (postponed ? void delivery.ack() : wait()), wait);
  }
}

/** One channel's deliveries: they can be settled on this channel only. */
class Generation {
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
