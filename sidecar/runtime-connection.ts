import { connect, type Socket } from "node:net";
import { FrameError, FrameReader, OPENING, type Wire } from "./frames.ts";

/** The runtime closed the connection, or went away, before it answered. */
export class Unanswered extends Error {
  override readonly name = "Unanswered";
  /** Whether the runtime may have been at it. */
  readonly begun: boolean;

  constructor(message: string, begun: boolean, options?: ErrorOptions) {
    super(message, options);
    this.begun = begun;
  }
}

export class RuntimeTimeout extends Error {
  override readonly name = "RuntimeTimeout";
}

const MAX_TIMER_MS = 2 ** 31 - 1;

/** What the runtime sent back, and how long it took from when it could begin. */
export interface Answer {
  frame: Uint8Array;
  durationMs: number;
}

interface PendingCall {
  timeoutMs: number;
  /** Beyond it. */
  allowanceMs: number;
  startedAt: number;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/**
 * One connection to the runtime, which handles one request at a time, in order. Closing it ends the handler that runs for it.
 */
export class RuntimeConnection {
  readonly wire: Wire;
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  readonly #pending: PendingCall[] = [];
  #reserved = 0;
  #timer: NodeJS.Timeout | undefined;
  #lastError: Error | undefined;

  /** @param socket - connected. */
  private constructor(
    socket: Socket,
    wire: Wire,
    maxFrameBytes: number,
    onClose: (self: RuntimeConnection) => void,
  ) {
    this.#socket = socket;
    this.wire = wire;
    this.#reader = new FrameReader(maxFrameBytes);
    socket.on("data", (chunk) => this.#read(chunk));
    socket.on("error", (error) => (this.#lastError = error));
    socket.on("close", () => {
      this.#failAll(unanswered(true, this.#lastError));
      onClose(this);
    });
  }

  /** Rejects with the socket's error: ENOENT and ECONNREFUSED while there is no runtime. */
  static open(
    path: string,
    wire: Wire,
    maxFrameBytes: number,
    onClose: (connection: RuntimeConnection) => void,
  ): Promise<RuntimeConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(path);
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        if (wire === 2) socket.write(OPENING);
        resolve(new RuntimeConnection(socket, wire, maxFrameBytes, onClose));
      });
    });
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writable && this.#socket.readable;
  }

  /** Requests that are not answered yet, or announced. */
  get load(): number {
    return this.#pending.length + this.#reserved;
  }

  /** Announces a request, so that others see it in `load`. */
  reserve(): this {
    this.#reserved++;
    return this;
  }

  /** The announced request comes now, or not at all. */
  unreserve(): void {
    this.#reserved--;
  }

  /**
   * Sends a request and waits for its reply.
   *
   * @param timeoutMs - from when the requests before it are answered.
   * @throws {Unanswered | RuntimeTimeout | FrameError} the connection is closed then, and later requests are unanswered.
   */
  call(parts: readonly Uint8Array[], timeoutMs: number, allowanceMs = 0): Promise<Answer> {
    if (!this.isOpen) return Promise.reject(unanswered(false, this.#lastError));
    return new Promise((resolve, reject) => {
      this.#pending.push({ timeoutMs, allowanceMs, startedAt: performance.now(), resolve, reject });
      if (this.#pending.length === 1) this.#startTimer();
      this.#cork();
      for (const part of parts) this.#socket.write(part);
    });
  }

  /** So much more time than its own for the request that runs, however often that is said. */
  allow(milliseconds: number): void {
    const [first] = this.#pending;
    if (first === undefined) return;
    first.allowanceMs = Math.max(first.allowanceMs, milliseconds);
    this.#startTimer();
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Whatever is sent in the same turn goes out as one write. */
  #cork(): void {
    if (this.#socket.writableCorked > 0) return;
    this.#socket.cork();
    process.nextTick(() => this.#socket.uncork());
  }

  #read(chunk: Uint8Array): void {
    try {
      this.#reader.feed(chunk);
      if (this.#pending.length === 0) throw new FrameError("the runtime sent something unasked");
      for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next())
        this.#answer(frame);
    } catch (error) {
      this.#failAll(error instanceof Error ? error : new FrameError(String(error)));
      this.close();
    }
  }

  #answer(frame: Uint8Array): void {
    const call = this.#pending.shift();
    if (call === undefined) throw new FrameError("the runtime sent something unasked");
    const now = performance.now();
    const [next] = this.#pending;
    if (next !== undefined) next.startedAt = now;
    this.#startTimer();
    call.resolve({ frame, durationMs: now - call.startedAt });
  }

  #startTimer(): void {
    clearTimeout(this.#timer);
    const [first] = this.#pending;
    if (first === undefined) return;
    const { startedAt, timeoutMs, allowanceMs } = first;
    const leftMs = startedAt + timeoutMs + allowanceMs - performance.now();
    this.#timer = setTimeout(
      () => {
        this.#failAll(new RuntimeTimeout(`no reply within ${timeoutMs} ms`));
        this.close();
      },
      Math.min(leftMs, MAX_TIMER_MS),
    );
  }

  /** The first request has failed; those behind it had not begun. */
  #failAll(error: Error): void {
    clearTimeout(this.#timer);
    const [first, ...rest] = this.#pending.splice(0);
    first?.reject(error);
    for (const call of rest) call.reject(unanswered(false, error));
  }
}

function unanswered(begun: boolean, cause: Error | undefined): Unanswered {
  return new Unanswered("the runtime closed the connection before it answered", begun, { cause });
}
