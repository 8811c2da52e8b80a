import type { Readable } from "node:stream";

/** Nobody listens any more, or nothing comes: there is nothing to answer. */
export class StreamError extends Error {
  override name = "StreamError";
}

/** Encoded messages of a call's stream, one after another. */
export class Parts {
  readonly #stream: Readable;
  readonly #messages: AsyncIterator<Uint8Array>;
  readonly #idleMs: number;
  readonly #controller = new AbortController();

  /**
   * @param stream - of grpc-js: emits `cancelled` where the client has gone away.
   * @param idleMs - how long nothing may come.
   */
  constructor(stream: Readable, idleMs: number) {
    this.#stream = stream;
    this.#idleMs = idleMs;
    // Whoever waits for the next part hears of it; without a listener it would end the process.
    stream.on("error", () => undefined);
    stream.on("cancelled", () => this.stop(new StreamError("the client has gone away")));
    this.#messages = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }

  /** @throws {StreamError} where the client has gone away, or nothing came for too long. */
  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const words = `no part of the archive came for ${this.#idleMs / 1_000} s`;
    const timer = setTimeout(() => this.#stream.destroy(new StreamError(words)), this.#idleMs);
    try {
      return await this.#messages.next();
    } finally {
      clearTimeout(timer);
    }
  }

  /** Aborted where nobody waits for the answer any more. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Stops whoever waits for a part, and what has the signal. */
  stop(reason: Error): void {
    this.#stream.destroy(reason);
    this.#controller.abort(reason);
  }

  /** Reads what is left and forgets it, for `ms` at most. */
  async drain(ms: number): Promise<void> {
    const timer = setTimeout(() => this.#stream.destroy(), ms);
    try {
      while ((await this.#messages.next()).done !== true);
    } catch {
      // The answer is known already, and the stream at its end.
    } finally {
      clearTimeout(timer);
    }
  }
}
