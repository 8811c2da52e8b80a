import { setTimeout as sleep } from "node:timers/promises";
import type { Envelope } from "../core/envelope.ts";
import { deadlineFailure, type Failure, ownFailure, timeoutFailure } from "./failure.ts";
import { FrameError, isRuntimeError, type Reply, requestBytes, RequestTooLarge } from "./frames.ts";
import type { RuntimeClient } from "./runtime-client.ts";
import { RuntimeTimeout, Unanswered } from "./runtime-connection.ts";

/** What one attempt came to. */
export type Outcome =
  { replies: readonly Reply[]; durationMs: number } | { failure: Failure; durationMs: number };

/** It had not begun when the sidecar stopped waiting: the message is to be released. */
export class NotStarted extends Error {
  override readonly name = "NotStarted";
}

export interface SchedulerOptions {
  /** Requests at the same time. */
  concurrency: number;
  batch: { maxSize: number; maxWaitMs: number };
  timeoutMs: number;
  maxFrameBytes: number;
}

interface Job {
  envelope: Envelope;
  deadline: Date | undefined;
  queuedAt: number;
  bytes: number;
  /** It was part of a batch that failed. */
  alone: boolean;
  crashes: number;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

/** n.b. a runtime that dies may have been killed for another message, or by Kubernetes. */
const CRASHES_FORGIVEN = 3;
const AFTER_CRASH_MS = 100;
/** Handlers of less are given their next request before they have answered: the way there and back counts. */
const SHORT_MS = 5;
const MAX_AHEAD = 16;
const MAX_TIMER_MS = 2 ** 31 - 1;
/** Node rounds: a timer can end so long before `Date.now()` says that its time has come. */
const TIMER_EARLY_MS = 2;

/** Decides what runs when: at most `concurrency` requests, batches, repeats of what was not answered. */
export class Scheduler {
  readonly #runtime: RuntimeClient;
  readonly #options: SchedulerOptions;
  #queue: Job[] = [];
  #running = 0;
  #timer: NodeJS.Timeout | undefined;
  #waiting = new AbortController();
  #stopped = false;
  #suspectRuns = false;
  #meanMs = Number.POSITIVE_INFINITY;

  constructor(runtime: RuntimeClient, options: SchedulerOptions) {
    this.#runtime = runtime;
    this.#options = options;
  }

  /** One attempt. Rejects with NotStarted, or with an error of our own. */
  run(envelope: Envelope, deadline: Date | undefined): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const bytes = this.#options.batch.maxSize > 1 ? requestBytes(envelope) : 0;
      const queuedAt = performance.now();
      this.#queue.push({ envelope, deadline, queuedAt, bytes, alone: false, crashes: 0, resolve, reject });
      this.#dispatch();
    });
  }

  /** Gives up whatever has not begun, also later; what runs goes on. */
  stop(): void {
    this.#stopped = true;
    this.abandonWaiting();
  }

  /** Gives up whatever has not begun; what runs goes on. */
  abandonWaiting(): void {
    this.#waiting.abort(new NotStarted("it had not begun"));
    this.#waiting = new AbortController();
    for (const job of this.#queue.splice(0)) job.reject(new NotStarted("it had not begun"));
  }

  #dispatch(): void {
    clearTimeout(this.#timer);
    if (this.#stopped)
      for (const job of this.#queue.splice(0)) job.reject(new NotStarted("the sidecar stops"));
    while (this.#running < this.#maxRunning() && this.#queue.length > 0) {
      // What a runtime died with runs alone, so that the next death is its own.
      const isSuspect = this.#queue[0]!.crashes > 0;
      if (this.#running > 0 && (isSuspect || this.#suspectRuns)) return;
      this.#suspectRuns = isSuspect;
      const waitMs = this.#waitMs();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#dispatch(), waitMs);
        return;
      }
      void this.#runJobs(this.#takeBatch());
    }
  }

  #maxRunning(): number {
    const { concurrency } = this.#options;
    if (this.#meanMs >= SHORT_MS || this.#runtime.wire === 1) return concurrency;
    return concurrency * Math.min(1 + Math.ceil(SHORT_MS / this.#meanMs), MAX_AHEAD);
  }

  /** How long the batch that comes next is still worth waiting for. */
  #waitMs(): number {
    const { maxSize, maxWaitMs } = this.#options.batch;
    const [first] = this.#queue;
    if (first === undefined || isAlone(first) || maxSize === 1 || this.#runtime.wire === 1) return 0;
    const batch = this.#batchLength();
    if (batch >= maxSize || batch < this.#queue.length) return 0;
    return Math.ceil(first.queuedAt + maxWaitMs - performance.now());
  }

  #takeBatch(): Job[] {
    return this.#queue.splice(0, this.#batchLength());
  }

  #batchLength(): number {
    const { batch, maxFrameBytes } = this.#options;
    const [first] = this.#queue;
    if (first === undefined || isAlone(first) || this.#runtime.wire === 1) return 1;
    let bytes = first.bytes + 16;
    let length = 1;
    while (length < batch.maxSize) {
      const next = this.#queue[length];
      if (next === undefined || isAlone(next) || bytes + next.bytes > maxFrameBytes) break;
      bytes += next.bytes;
      length++;
    }
    return length;
  }

  async #runJobs(jobs: Job[]): Promise<void> {
    this.#running++;
    try {
      await this.#attempt(jobs);
    } finally {
      this.#running--;
      this.#dispatch();
    }
  }

  async #attempt(jobs: Job[]): Promise<void> {
    const waiting = this.#waiting.signal;
    let startedAt = performance.now();
    try {
      await this.#runtime.ready(waiting);
      startedAt = performance.now();
      if (jobs.some(isLate)) return this.#expire(jobs);
      const timeoutMs = this.#timeoutMs(jobs);
      const envelopes = jobs.map(({ envelope }) => envelope);
      const { replies, durationMs } = await this.#runtime.run(envelopes, timeoutMs, waiting);
      this.#learn(durationMs);
      for (const [index, job] of jobs.entries()) {
        const own = replies[index]!;
        if (jobs.length > 1 && own.some(isRuntimeError)) this.#repeat({ ...job, alone: true });
        else job.resolve({ replies: own, durationMs });
      }
    } catch (error) {
      if (error instanceof NotStarted) for (const job of jobs) job.reject(error);
      else if (jobs.length > 1) for (const job of jobs) this.#repeat({ ...job, alone: true });
      else await this.#failed(jobs[0]!, error, performance.now() - startedAt);
    }
  }

  #learn(durationMs: number): void {
    const known = Number.isFinite(this.#meanMs) ? this.#meanMs : durationMs;
    this.#meanMs = durationMs > 10 * SHORT_MS ? durationMs : known + (durationMs - known) / 10;
  }

  /** The shortest time that any of them has. */
  #timeoutMs(jobs: readonly Job[]): number {
    const now = Date.now();
    const left = jobs.flatMap(({ deadline }) => (deadline === undefined ? [] : [deadline.getTime() - now]));
    return Math.min(this.#options.timeoutMs, MAX_TIMER_MS, ...left);
  }

  #expire(jobs: readonly Job[]): void {
    for (const job of jobs) {
      if (isLate(job)) job.resolve({ failure: deadlineFailure(job.deadline), durationMs: 0 });
      else this.#repeat(job);
    }
  }

  async #failed(job: Job, error: unknown, durationMs: number): Promise<void> {
    if (error instanceof Unanswered) {
      if (this.#runtime.hasJustCancelled) return this.#repeat(job);
      if (!error.begun) return await this.#repeatLater(job);
      if (job.crashes < CRASHES_FORGIVEN) {
        return await this.#repeatLater({ ...job, crashes: job.crashes + 1 });
      }
    }
    const failure = this.#failureOf(job, error);
    if (failure === undefined) job.reject(error);
    else job.resolve({ failure, durationMs });
  }

  /** undefined for an error that is neither the handler's nor the runtime's. */
  #failureOf(job: Job, error: unknown): Failure | undefined {
    if (error instanceof RuntimeTimeout) {
      return isLate(job) ? deadlineFailure(job.deadline) : timeoutFailure(this.#options.timeoutMs);
    }
    if (error instanceof RequestTooLarge) {
      return ownFailure({
        reason: "validation_error",
        error: "validation_error",
        message: error.message,
        type: "RequestTooLarge",
      });
    }
    if (!(error instanceof Unanswered || error instanceof FrameError)) return undefined;
    return ownFailure({
      reason: "runtime_error",
      error: "connection_error",
      message:
        error instanceof Unanswered
          ? `the runtime ended ${CRASHES_FORGIVEN + 1} times while it handled this`
          : error.message,
      type: error instanceof Unanswered ? "RuntimeCrashed" : "FrameError",
      mayRetry: true,
    });
  }

  async #repeatLater(job: Job): Promise<void> {
    await sleep(AFTER_CRASH_MS);
    this.#repeat(job);
  }

  /** Before everything else: it has waited longest. */
  #repeat(job: Job): void {
    this.#queue.unshift(job);
  }
}

function isAlone({ alone, crashes }: Job): boolean {
  return alone || crashes > 0;
}

function isLate(job: Job): job is Job & { deadline: Date } {
  return job.deadline !== undefined && job.deadline.getTime() - Date.now() <= TIMER_EARLY_MS;
}
