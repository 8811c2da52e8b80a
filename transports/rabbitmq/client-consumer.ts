import type { ChannelModel, ConsumeMessage } from "amqplib";
import type { Intake, Source } from "../intake.ts";
import { TransportError } from "../messages.ts";
import { Deliveries } from "./client-deliveries.ts";
import { type Change, nextChange } from "./consumer-plan.ts";
import { waitMs } from "./delays.ts";

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 5_000;
/** Of AMQP. */
const MAX_PREFETCH = 65_535;
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
  #consumers: { tag: string; prefetch: number }[] = [];
  #tags = 0;
  #deliveries: Deliveries | undefined;
  #failures = 0;
  #working = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    options.intake.onRoom = () => this.#reconcile();
  }

  /** Whether messages can come, where they are wanted: now, or as soon as there is room. */
  get active(): boolean {
    if (!this.#wanted || this.#consumers.length > 0) return true;
    return this.#model !== undefined && this.#timer === undefined && this.#options.intake.room <= 0;
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
    const deliveries = this.#deliveries;
    deliveries?.flush();
    this.detach();
    await deliveries?.channel.close().catch(() => {});
  }

  #reconcile(): void {
    if (this.#working || this.#timer !== undefined || this.#next() === undefined) return;
    this.#working = true;
    void this.#work().finally(() => {
      this.#working = false;
      this.#reconcile();
    });
  }

  #next(): Change | undefined {
    if (this.#model === undefined) return undefined;
    const { limit, room } = this.#options.intake;
    const prefetches = this.#consumers.map(({ prefetch }) => prefetch);
    return nextChange(prefetches, this.#wanted ? Math.min(limit, MAX_PREFETCH) : 0, room <= 0);
  }

  /** Until what is equals what is wanted. */
  async #work(): Promise<void> {
    try {
      for (let change = this.#next(); change !== undefined; change = this.#next()) {
        if ("add" in change) await this.#consume(change.add);
        else await this.#cancel(change.cancel);
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  async #cancel(index: number): Promise<void> {
    const [running] = this.#consumers.splice(index, 1);
    if (running !== undefined) await this.#deliveries?.channel.cancel(running.tag);
  }

  async #consume(prefetch: number): Promise<void> {
    this.#deliveries ??= await this.#open(this.#model!);
    const deliveries = this.#deliveries;
    await deliveries.channel.prefetch(prefetch, false);
    const tag = `asya-${++this.#tags}`;
    const consume = (message: ConsumeMessage | null) => {
      // The broker cancels when the queue is deleted or its node goes away.
      if (message === null) this.#cancelled(tag);
      else this.#arrived(deliveries, message);
    };
    await deliveries.channel.consume(this.#options.queue, consume, { consumerTag: tag });
    if (this.#deliveries !== deliveries) return;
    this.#consumers.push({ tag, prefetch });
    this.#failures = 0;
  }

  async #open(model: ChannelModel): Promise<Deliveries> {
    const channel = await model.createChannel();
    const deliveries = new Deliveries(channel);
    channel.on("error", (error: Error) => {
      if (this.#deliveries === deliveries) this.#lost(error);
    });
    // Without an error before it the connection is going down, which is reported there.
    channel.on("close", () => {
      if (this.#deliveries === deliveries) this.#lost();
    });
    return deliveries;
  }

  #cancelled(tag: string): void {
    this.#consumers = this.#consumers.filter((running) => running.tag !== tag);
    this.#failed(new Error("the broker cancelled the consumer"));
  }

  /** The channel is gone, and with it the right to ack what came over it. */
  #lost(reason?: Error): void {
    if (this.#deliveries !== undefined) this.#deliveries.alive = false;
    this.#deliveries = undefined;
    this.#consumers = [];
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

  #arrived(deliveries: Deliveries, message: ConsumeMessage): void {
    const { intake, postpone } = this.#options;
    const delivery = deliveries.received(message);
    const forMs = waitMs(message.properties.headers, Date.now());
    if (forMs === 0) {
      intake.offer(delivery);
      return;
    }
    const wait = () => {
      setTimeout(() => deliveries.alive && intake.offer(delivery), Math.min(forMs, MAX_TIMER_MS));
    };
    postpone(message.content, forMs).then((postponed) => (postponed ? void delivery.ack() : wait()), wait);
  }
}
