import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { Envelope } from "../core/envelope.ts";
import { isObject } from "../core/json.ts";
import { decodeReplies, encodeRequest, FrameError, type Reply, type Wire } from "./frames.ts";
import { RuntimeConnection, RuntimeTimeout, Unanswered } from "./runtime-connection.ts";

const READY_FILE = "runtime-ready";
const SEEK_INTERVAL_MS = 50;
/** How long after a cancel connections may close because the runtime replaces its worker. */
const CANCEL_SHADOW_MS = 15_000;
/** n.b. our runtime gives a handler 1 s to notice; until then the next request waits behind it. */
const CANCEL_GRACE_MS = 3_000;

export interface RuntimeAddress {
  folder: string;
  socketName: string;
  maxFrameBytes: number;
  /** Handlers at the same time: as many connections at most. */
  concurrency: number;
}

/** One list of replies per envelope, and how long the runtime took. */
export interface RunResult {
  replies: Reply[][];
  durationMs: number;
}

/** Connections to the one runtime beside us. A call goes to a free one; else, on wire 2, behind another call. */
export class RuntimeClient {
  readonly #address: RuntimeAddress;
  readonly #onChange: (isReady: boolean) => void;
  readonly #open = new Set<RuntimeConnection>();
  #opening = 0;
  /** The one that found a runtime of wire 1, for its first request. */
  #unused: RuntimeConnection | undefined;
  #wire: Wire = 2;
  #seeking: Promise<void> | undefined;
  #closed = false;
  #problem: unknown;
  #lastCancelAt = Number.NEGATIVE_INFINITY;

  constructor(address: RuntimeAddress, onChange: (isReady: boolean) => void = () => {}) {
    this.#address = address;
    this.#onChange = onChange;
    this.#seek();
  }

  get isReady(): boolean {
    return this.#seeking === undefined && !this.#closed;
  }

  /** Why it is not ready. */
  get problem(): unknown {
    return this.#problem;
  }

  get wire(): Wire {
    return this.#wire;
  }

  /** Waits until the runtime takes requests. Rejects where `signal` aborts or the client is closed. */
  async ready(signal: AbortSignal): Promise<void> {
    while (!this.isReady) {
      signal.throwIfAborted();
      if (this.#closed) throw new Unanswered("the sidecar stops", false);
      await orAborted(this.#seeking ?? Promise.resolve(), signal);
    }
  }

  /**
   * Runs envelopes as one request; waits for the runtime first if need be, until `signal` aborts.
   *
   * @throws {Unanswered | RuntimeTimeout | FrameError | RequestTooLarge} or `signal`'s reason.
   */
  async run(envelopes: readonly Envelope[], timeoutMs: number, signal: AbortSignal): Promise<RunResult> {
    const connection = await this.#connection(signal);
    try {
      const request = this.#encode(connection, envelopes);
      const { frame, durationMs } = await connection.call(request, timeoutMs, this.#allowanceMs());
      return { replies: decodeReplies(connection.wire, frame, envelopes.length), durationMs };
    } catch (error) {
      if (error instanceof RuntimeTimeout || error instanceof FrameError) this.#cancelled(connection);
      if (error instanceof FrameError) connection.close();
      throw error;
    } finally {
      if (connection.wire === 1) connection.close();
    }
  }

  #encode(connection: RuntimeConnection, envelopes: readonly Envelope[]): Uint8Array[] {
    connection.unreserve();
    return encodeRequest(connection.wire, envelopes, this.#address.maxFrameBytes);
  }

  /** Whether connections close at present because we ended a handler: what ran beside it is not to blame. */
  get hasJustCancelled(): boolean {
    return performance.now() - this.#lastCancelAt < CANCEL_SHADOW_MS;
  }

  /** What runs beside it may have waited for the same GIL: it has time until the runtime has replaced its worker. */
  #cancelled(connection: RuntimeConnection): void {
    this.#lastCancelAt = performance.now();
    for (const other of this.#open) if (other !== connection) other.allow(CANCEL_GRACE_MS);
  }

  #allowanceMs(): number {
    return performance.now() - this.#lastCancelAt < CANCEL_GRACE_MS ? CANCEL_GRACE_MS : 0;
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#open) connection.close();
  }

  /** One that is reserved. */
  async #connection(signal: AbortSignal): Promise<RuntimeConnection> {
    for (;;) {
      await this.ready(signal);
      const unused = this.#unused;
      this.#unused = undefined;
      if (unused?.isOpen) return unused.reserve();
      const connection = this.#leastLoaded();
      if (connection?.load === 0) return connection.reserve();
      const mayOpen = this.#wire === 1 || this.#open.size + this.#opening < this.#address.concurrency;
      if (connection !== undefined && !mayOpen) return connection.reserve();
      try {
        if (mayOpen) return (await this.#connect()).reserve();
        await nextTurn();
      } catch {
        this.#seek();
      }
    }
  }

  #leastLoaded(): RuntimeConnection | undefined {
    let best: RuntimeConnection | undefined;
    for (const connection of this.#open) {
      if (connection.wire === 1 || !connection.isOpen) continue;
      if (best === undefined || connection.load < best.load) best = connection;
      if (best.load === 0) break;
    }
    return best;
  }

  async #connect(): Promise<RuntimeConnection> {
    if (this.#closed) throw new Unanswered("the sidecar stops", false);
    const { folder, socketName, maxFrameBytes } = this.#address;
    const path = join(folder, socketName);
    this.#opening++;
    try {
      const connection = await RuntimeConnection.open(path, this.#wire, maxFrameBytes, (closed) =>
        this.#forget(closed),
      );
      this.#open.add(connection);
      return connection;
    } finally {
      this.#opening--;
    }
  }

  #forget(connection: RuntimeConnection): void {
    this.#open.delete(connection);
    const wasUnused = connection === this.#unused;
    if (wasUnused) this.#unused = undefined;
    if (wasUnused || (connection.wire === 2 && this.#open.size === 0)) this.#seek();
  }

  /** Looks for the runtime until it answers; from then on `isReady`. */
  #seek(): void {
    if (this.#seeking !== undefined || this.#closed) return;
    this.#seeking = this.#find().then(() => {
      this.#seeking = undefined;
      if (!this.#closed) this.#onChange(true);
    });
    this.#onChange(false);
  }

  async #find(): Promise<void> {
    while (!this.#closed) {
      try {
        this.#wire = await this.#readWire();
        // n.b. a killed runtime leaves its files behind; only an open connection shows that it lives.
        const connection = await this.#connect();
        if (this.#wire === 1) this.#unused = connection;
        return;
      } catch (error) {
        this.#problem = error;
        await sleep(SEEK_INTERVAL_MS, undefined, { ref: false });
      }
    }
  }

  /** The runtime's wire, by what it wrote when it was ready. Rejects while there is no such file or no socket. */
  async #readWire(): Promise<Wire> {
    const { folder, socketName } = this.#address;
    const text = await readFile(join(folder, READY_FILE), "utf8");
    if (!(await stat(join(folder, socketName))).isSocket()) throw new Error("no socket");
    return wireOf(text);
  }
}

/** n.b. 0.1 writes free text into `runtime-ready`. */
export function wireOf(text: string): Wire {
  try {
    const ready: unknown = JSON.parse(text);
    return isObject(ready) && typeof ready["protocol"] === "number" && ready["protocol"] >= 2 ? 2 : 1;
  } catch {
    return 1;
  }
}

/** As `promise`, or as soon as `signal` aborts. */
function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      signal.removeEventListener("abort", settle);
      resolve();
    };
    signal.addEventListener("abort", settle);
    void promise.finally(settle);
  });
}
