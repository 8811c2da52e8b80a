import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { queueName } from "../core/names.ts";
import { type MessageTransport, QueueNotFound, TransportError } from "../transports/messages.ts";
import type { Metrics } from "./metrics.ts";
import type { Step } from "./next-steps.ts";

const MAX_BACKOFF_MS = 30_000;
/** How long the broker has to confirm a delayed message at stop. */
const STOP_PATIENCE_MS = 2_000;

/** The sidecar stopped while it waited for another try. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

export interface SenderOptions {
  transport: MessageTransport;
  transportName: string;
  maxAttempts: number;
  backoffMs: number;
  metrics: Metrics;
  log: Logger;
  /** Aborts at stop. */
  stopping: AbortSignal;
}

/** Sends steps; tries again where the queue is missing or the broker cannot be reached. */
export class Sender {
  readonly #options: SenderOptions;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Resolves when the broker has it. @throws {QueueNotFound | MessageTooLarge | TransportError | Stopped} */
  async send({ to, body, type, delayMs }: Step): Promise<void> {
    const { transport, transportName, metrics } = this.#options;
    const queue = queueName(to);
    const startedAt = performance.now();
    await this.#tryUntilSent(to, () =>
      delayMs > 0 ? this.#orStopped(transport.send(to, body, { delayMs })) : transport.send(to, body),
    );
    const seconds = (performance.now() - startedAt) / 1_000;
    metrics.send.observe({ destination_queue: queue, transport: transportName }, seconds);
    metrics.sent.inc({ destination_queue: queue, message_type: type });
    metrics.size.observe({ direction: "sent" }, body.length);
  }

  async #tryUntilSent(to: string, send: () => Promise<void>): Promise<void> {
    const { maxAttempts, backoffMs, log, stopping } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await send();
      } catch (error) {
        if (!(error instanceof QueueNotFound || error instanceof TransportError)) throw error;
        if (stopping.aborted) throw new Stopped("the sidecar stops", { cause: error });
        if (attempt >= maxAttempts) throw error;
        const waitMs = Math.min(backoffMs * 2 ** (attempt - 1), MAX_BACKOFF_MS);
        log.warn({ to, attempt, maxAttempts, waitMs, reason: error.message }, "not sent, trying again");
        await sleep(waitMs, undefined, { signal: stopping }).catch((cause: unknown) => {
          throw new Stopped("the sidecar stops", { cause });
        });
      }
    }
  }

  /** n.b. a transport without delays of its own resolves when the message is due: too late for a sidecar that stops. */
  async #orStopped(sending: Promise<void>): Promise<void> {
    const { stopping } = this.#options;
    const { promise, reject } = Promise.withResolvers<never>();
    const giveUp = () => setTimeout(() => reject(new Stopped("the sidecar stops")), STOP_PATIENCE_MS).unref();
    if (stopping.aborted) giveUp();
    else stopping.addEventListener("abort", giveUp);
    try {
      await Promise.race([sending, promise]);
    } finally {
      stopping.removeEventListener("abort", giveUp);
    }
  }
}
