import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { type Envelope, EnvelopeError, parseEnvelope } from "../core/envelope.ts";
import { attemptOf, HEADER, headerText } from "../core/headers.ts";
import { queueName } from "../core/names.ts";
import {
  type Delivery,
  MessageTooLarge,
  type MessageTransport,
  QueueNotFound,
} from "../transports/messages.ts";
import { admit } from "./admission.ts";
import { standIn } from "./error-envelope.ts";
import { type Failure, ownFailure } from "./failure.ts";
import { isRuntimeError, type Result } from "./frames.ts";
import type { Metrics } from "./metrics.ts";
import { failedSteps, type Moment, nextSteps, type Plan, type Policy, type Step } from "./next-steps.ts";
import { childReport, failedReport, progressReport, succeededReport } from "./report-bodies.ts";
import type { Reports } from "./reports.ts";
import { NotStarted, type Outcome, type Scheduler } from "./scheduler.ts";
import { type Sender, Stopped } from "./sender.ts";

export interface HandlerParts {
  policy: Policy;
  isEndActor: boolean;
  transport: MessageTransport;
  scheduler: Scheduler;
  sender: Sender;
  reports: Reports | undefined;
  metrics: Metrics;
  log: Logger;
  /** Told after each attempt how long the runtime took. */
  onAttempt: (durationMs: number) => void;
}

/** Before a message goes back that could not be brought further: whatever is wrong is not right again at once. */
const RELEASE_PAUSE_MS = 1_000;

/** Handles one message from parsing to ack. */
export class Handler {
  readonly #parts: HandlerParts;
  readonly #queue: string;

  constructor(parts: HandlerParts) {
    this.#parts = parts;
    this.#queue = queueName(parts.policy.actor);
  }

  /** Acks, or releases where the work could not be done. Never rejects. */
  async handle(delivery: Delivery): Promise<void> {
    const { log, metrics } = this.#parts;
    try {
      await this.#work(delivery);
    } catch (error) {
      if (!(error instanceof NotStarted || error instanceof Stopped)) {
        metrics.failed.inc({ queue: this.#queue, reason: "transport_error" });
        log.error(
          { reason: reasonOf(error) },
          "a message could not be brought further and goes back to the queue",
        );
        await sleep(RELEASE_PAUSE_MS);
      }
      await delivery.release();
    }
  }

  async #work(delivery: Delivery): Promise<void> {
    const { policy, isEndActor, reports } = this.#parts;
    const envelope = this.#parse(delivery.body);
    if (envelope instanceof EnvelopeError) return this.#refuseUnparsable(delivery, envelope);
    const admission = admit(envelope, policy.actor, isEndActor, new Date());
    if (admission.kind === "wait") return this.#postpone(delivery, admission.delayMs);
    if (admission.kind === "refuse") {
      return this.#carryOut(
        delivery,
        envelope,
        failedSteps(envelope, admission.failure, policy, this.#moment(envelope)),
      );
    }
    if (!isEndActor) {
      const size = Math.round(delivery.body.length / 10.24) / 100;
      reports?.progress(progressReport(envelope, "received", { message_size_kb: size }));
      reports?.progress(progressReport(envelope, "processing"));
    }
    const outcome = await this.#attempt(envelope, admission.deadline);
    if (isEndActor) return this.#consume(delivery, envelope, outcome);
    const plan =
      "failure" in outcome
        ? failedSteps(envelope, outcome.failure, policy, this.#moment(envelope))
        : nextSteps(envelope, outcome.replies, policy, this.#moment(envelope));
    await this.#carryOut(delivery, envelope, plan);
    if (plan.failure === undefined) this.#reportCompleted(envelope, plan.steps, outcome.durationMs);
  }

  #parse(body: Uint8Array): Envelope | EnvelopeError {
    try {
      return parseEnvelope(body);
    } catch (error) {
      if (error instanceof EnvelopeError) return error;
      throw error;
    }
  }

  #refuseUnparsable(delivery: Delivery, error: EnvelopeError): Promise<void> {
    const { policy } = this.#parts;
    const envelope = standIn(delivery.body, error.id, policy.actor);
    const { message } = error;
    const failure = ownFailure({
      reason: "parse_error",
      error: "msg_parsing_error",
      message,
      type: "EnvelopeError",
    });
    return this.#carryOut(delivery, envelope, failedSteps(envelope, failure, policy, this.#moment(envelope)));
  }

  /** The broker delivers a delayed message early where it cannot wait for so long. */
  async #postpone(delivery: Delivery, delayMs: number): Promise<void> {
    const { sender, policy } = this.#parts;
    await sender.send({ to: policy.actor, body: Buffer.from(delivery.body), type: "retry", delayMs });
    await delivery.ack();
  }

  async #attempt(envelope: Envelope, deadline: Date | undefined): Promise<Outcome> {
    const { scheduler, metrics, onAttempt } = this.#parts;
    const outcome = await scheduler.run(envelope, deadline);
    metrics.execution.observe({ queue: this.#queue }, outcome.durationMs / 1_000);
    onAttempt(outcome.durationMs);
    return outcome;
  }

  /** Sends every step, confirmed, and acks: never the reverse. */
  async #carryOut(delivery: Delivery, envelope: Envelope, plan: Plan): Promise<void> {
    const { metrics, policy } = this.#parts;
    if (plan.failure !== undefined) this.#tellFailure(envelope, plan.failure, plan.status);
    if (plan.failure !== undefined && plan.status === "retried") this.#reportRetry(envelope, plan.failure);
    const failed = await this.#sendAll(plan.steps);
    if (failed !== undefined) {
      if (plan.failure !== undefined) {
        if (plan.status === "failed")
          metrics.failed.inc({ queue: this.#queue, reason: "error_queue_send_failed" });
        throw failed.error;
      }
      const failure = sendFailure(failed.error);
      return this.#carryOut(
        delivery,
        envelope,
        failedSteps(envelope, failure, policy, this.#moment(envelope)),
      );
    }
    if (plan.deadLetter) return this.#bury(delivery, envelope);
    await delivery.ack();
    if (plan.status === "success" || plan.status === "empty_response") {
      metrics.processed.inc({ queue: this.#queue, status: plan.status });
    }
  }

  /** The first step that could not be sent for a reason that lies with it. @throws whatever else went wrong. */
  async #sendAll(steps: readonly Step[]): Promise<{ error: Error } | undefined> {
    const { sender } = this.#parts;
    const results = await Promise.allSettled(steps.map((step) => sender.send(step)));
    const errors = results.flatMap((result) =>
      result.status === "rejected" ? [result.reason as Error] : [],
    );
    const other = errors.find(
      (error) => !(error instanceof QueueNotFound || error instanceof MessageTooLarge),
    );
    if (other !== undefined) throw other;
    return errors[0] === undefined ? undefined : { error: errors[0] };
  }

  /** An end actor's message: its result is told to the gateway and goes nowhere else. */
  async #consume(delivery: Delivery, envelope: Envelope, outcome: Outcome): Promise<void> {
    const { policy, reports, metrics } = this.#parts;
    const plan =
      "failure" in outcome
        ? failedSteps(envelope, outcome.failure, policy, this.#moment(envelope))
        : outcome.replies.some(isRuntimeError)
          ? nextSteps(envelope, outcome.replies, policy, this.#moment(envelope))
          : undefined;
    if (plan?.status === "retried") return this.#carryOut(delivery, envelope, plan);
    const results = "replies" in outcome ? (outcome.replies as readonly Result[]) : [];
    const result = results.find(({ payload }) => payload !== undefined)?.payload ?? envelope.payload;
    const isFailure = policy.actor === policy.errorEnd;
    await reports?.final(isFailure ? failedReport(envelope) : succeededReport(envelope, result));
    if (plan?.failure !== undefined) {
      this.#tellFailure(envelope, plan.failure, "failed");
      return this.#bury(delivery, envelope);
    }
    await delivery.ack();
    metrics.processed.inc({ queue: this.#queue, status: "end_consumed" });
  }

  /**
   * The message, as it came, to the dead letters. Where there are none, it goes back to the queue until
   * the broker has delivered it too often.
   */
  async #bury(delivery: Delivery, envelope: Envelope): Promise<void> {
    const { transport, log } = this.#parts;
    await transport.sendToDeadLetters(delivery.body);
    log.error({ envelope: envelope.id }, "the message lies in the dead-letter queue");
    await delivery.ack();
  }

  #tellFailure(envelope: Envelope, failure: Failure, status: Plan["status"]): void {
    const { metrics, log } = this.#parts;
    const { reason, type } = failure;
    metrics.runtimeErrors.inc({ queue: this.#queue, error_type: type });
    // n.b. the handler's own message may hold parts of the payload.
    const message = reason === "runtime_error" ? undefined : failure.message;
    const facts = { envelope: envelope.id, attempt: attemptOf(envelope.headers), type, reason, message };
    if (status === "retried") return log.warn(facts, "an attempt failed and will be repeated");
    metrics.failed.inc({ queue: this.#queue, reason });
    log.error(facts, "an envelope failed");
  }

  #reportCompleted(envelope: Envelope, steps: readonly Step[], durationMs: number): void {
    const { reports } = this.#parts;
    if (reports === undefined) return;
    for (let index = 1; index < steps.length; index++) {
      const { actors, current } = envelope.route;
      reports.progress(childReport(`${envelope.id}-${index}`, envelope.id, actors, current + 1));
    }
    const parts = steps.length > 1 ? { message: `${steps.length} results` } : {};
    reports.progress(
      progressReport(envelope, "completed", { duration_ms: Math.round(durationMs), ...parts }),
    );
  }

  #reportRetry(envelope: Envelope, { type }: Failure): void {
    const message = `attempt ${attemptOf(envelope.headers)} failed (${type}); another one follows`;
    this.#parts.reports?.progress(progressReport(envelope, "processing", { message }));
  }

  #moment({ headers }: Envelope): Moment {
    const traced = headerText(headers, HEADER.traceparent) !== undefined;
    return { now: new Date(), spanId: traced ? randomBytes(8).toString("hex") : "", random: Math.random };
  }
}

function sendFailure(error: Error): Failure {
  const missing = error instanceof QueueNotFound;
  return ownFailure({
    reason: missing ? "routing_error" : "transport_error",
    error: missing ? "queue_not_found" : "message_too_large",
    message: error.message,
    type: error.name,
    mayRetry: missing,
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
