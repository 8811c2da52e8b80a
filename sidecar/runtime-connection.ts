import { connect, type Socket } from "node:net";
import { FrameError, FrameReader, OPENING, type Wire } from "./frames.ts";

/** The runtime closed the connection, or went away, before it answered. */
export class Unanswered extends Error {
  override readonly name = "Unanswered";
}

export class RuntimeTimeout extends Error {
  override readonly name = "RuntimeTimeout";
}

interface PendingCall {
  resolve(frame: Uint8Array): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/** One connection to the runtime: one request at a time. Closing it ends the handler that runs for it. */
export class RuntimeConnection {
  readonly wire: Wire;
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  #pending: PendingCall | undefined;
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
      const cause = this.#lastError;
      this.#fail(new Unanswered("the runtime closed the connection before it answered", { cause }));
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

  /** Sends a request and waits for its reply. @throws {Unanswered | RuntimeTimeout | FrameError} the connection is closed then. */
  call(parts: readonly Uint8Array[], timeoutMs: number): Promise<Uint8Array> {
    if (!this.isOpen) return Promise.reject(new Unanswered("the connection is closed"));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#fail(new RuntimeTimeout(`no reply within ${timeoutMs} ms`));
        this.close();
      }, timeoutMs);
      this.#pending = { resolve, reject, timer };
      this.#socket.cork();
      for (const part of parts) this.#socket.write(part);
      this.#socket.uncork();
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Uint8Array): void {
    try {
      this.#reader.feed(chunk);
      const frame = this.#reader.next();
      if (this.#pending === undefined) throw new FrameError("the runtime sent something unasked");
      if (frame !== undefined) this.#settle()?.resolve(frame);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new FrameError(String(error)));
      this.close();
    }
  }

  #fail(error: Error): void {
    this.#settle()?.reject(error);
  }

  #settle(): PendingCall | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    clearTimeout(pending?.timer);
    return pending;
  }
}
