import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Delivery, MessageTransport } from "../transports/messages.ts";
import type { Handler } from "./handle.ts";
import { Leases } from "./leases.ts";
import type { Metrics } from "./metrics.ts";
import type { RuntimeClient } from "./runtime-client.ts";
import type { Scheduler } from "./scheduler.ts";

export interface LoopParts {
  queue: string;
  transportName: string;
  transport: MessageTransport;
  runtime: RuntimeClient;
  scheduler: Scheduler;
  handler: Handler;
  metrics: Metrics;
  log: Logger;
}

/** A runtime that is away for longer than this loads its model again: others may have the messages meanwhile. */
const RUNTIME_PATIENCE_MS = 10_000;
const STILL_WAITING_MS = 30_000;

/** Receives, and hands each message to the handler without waiting for it: how many are in hand is the transport's prefetch. */
export class Loop {
  readonly #parts: LoopParts;
  readonly #leases: Leases;
  readonly #inHand = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #session: AbortController | undefined;
  #patience: NodeJS.Timeout | undefined;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#leases = new Leases(parts.transport.leaseMs);
  }

  /** Runs until `stop`, and then until everything in hand is settled. */
  async run(): Promise<void> {
    const { runtime } = this.#parts;
    const stopping = this.#stopping.signal;
    while (!stopping.aborted) {
      const stillWaiting = setInterval(() => this.#tellWaiting(), STILL_WAITING_MS);
      await runtime.ready(stopping).catch(() => {});
      clearInterval(stillWaiting);
      if (!stopping.aborted) await this.#receive();
    }
    this.#parts.scheduler.stop();
    while (this.#inHand.size > 0) await Promise.all(this.#inHand);
  }

  /** Takes nothing new, gives back what has not begun; `run` resolves when the rest is done. */
  stop(): void {
    this.#stopping.abort();
    this.#session?.abort();
    this.#parts.scheduler.stop();
  }

  /** To be told whenever the runtime comes or goes. */
  runtimeChanged(isReady: boolean): void {
    clearTimeout(this.#patience);
    if (isReady || this.#session === undefined) return;
    this.#patience = setTimeout(() => {
      this.#parts.log.warn("the runtime is away: messages go back to the queue until it is there again");
      this.#session?.abort();
      this.#parts.scheduler.abandonWaiting();
    }, RUNTIME_PATIENCE_MS);
  }

  get inHand(): number {
    return this.#inHand.size;
  }

  async #receive(): Promise<void> {
    const { transport, metrics, queue, transportName } = this.#parts;
    this.#session = new AbortController();
    const messages = transport.receive(this.#session.signal)[Symbol.asyncIterator]();
    const observe = metrics.receive.labels({ queue, transport: transportName });
    for (;;) {
      const askedAt = performance.now();
      const next = await messages.next();
      if (next.done === true) break;
      observe.observe((performance.now() - askedAt) / 1_000);
      this.#take(next.value);
    }
    this.#session = undefined;
    // n.b. a transport that cannot receive ends at once.
    if (!this.#stopping.signal.aborted) await sleep(100);
  }

  #take(delivery: Delivery): void {
    const { handler, metrics, queue, transportName } = this.#parts;
    const takenAt = performance.now();
    metrics.received.inc({ queue, transport: transportName });
    metrics.size.observe({ direction: "received" }, delivery.body.length);
    metrics.active.inc();
    this.#leases.hold(delivery);
    const work = handler.handle(delivery).finally(() => {
      this.#leases.letGo(delivery);
      this.#inHand.delete(work);
      metrics.active.dec();
      metrics.processing.observe({ queue }, (performance.now() - takenAt) / 1_000);
    });
    this.#inHand.add(work);
  }

  #tellWaiting(): void {
    const { runtime, log } = this.#parts;
    const { problem } = runtime;
    const reason = problem instanceof Error ? problem.message : problem;
    log.info({ reason }, "waiting for the runtime: is its handler still loading?");
  }
}
