import { readFileSync } from "node:fs";
import { type ChannelModel, connect, type Options, type SocketOptions } from "amqplib";
import { TransportError } from "../messages.ts";
import { gatherWrites } from "./client-writes.ts";
import type { RabbitmqSettings } from "./settings.ts";

const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 10_000;
const CONNECT_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 1_000;
const HEARTBEAT_SECONDS = 15;

interface Listener {
  up(model: ChannelModel): void;
  down(): void;
  problem(problem: TransportError): void;
}

/** One connection that is made again whenever it is lost. What lives on it is its listener's to restore. */
export class Connection {
  readonly #settings: RabbitmqSettings;
  readonly #name: string;
  readonly #listener: Listener;
  readonly #closing = Promise.withResolvers<void>();
  readonly #done: Promise<void>;
  #waiting = Promise.withResolvers<ChannelModel>();
  #model: ChannelModel | undefined;
  #closed = false;

  /** @param name - what the broker shows for this connection. */
  constructor(settings: RabbitmqSettings, name: string, listener: Listener) {
    this.#settings = settings;
    this.#name = name;
    this.#listener = listener;
    this.#done = this.#run();
  }

  get up(): boolean {
    return this.#model !== undefined;
  }

  /** The open connection, for which it waits a little: reconnecting takes a moment. */
  async model(withinMs: number): Promise<ChannelModel> {
    if (this.#model !== undefined) return this.#model;
    if (this.#closed) throw new TransportError("the transport is closed");
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new TransportError(`${this.#address()} cannot be reached`)),
      withinMs,
    );
    try {
      return await Promise.race([this.#waiting.promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.promise.catch(() => {});
    this.#waiting.reject(new TransportError("the transport is closed"));
    this.#closing.resolve();
    // n.b. a connection that is being opened cannot be called off; it is closed as soon as it is open.
    await within(2 * CLOSE_TIMEOUT_MS, this.#done);
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#closed;) {
      try {
        await this.#live();
        failures = 0;
      } catch (error) {
        failures++;
        if (this.#closed) return;
        const cause = error instanceof Error ? error : new Error(String(error));
        this.#listener.problem(
          new TransportError(`connection to ${this.#address()} failed: ${cause.message || cause.name}`, {
            cause,
          }),
        );
      }
      await this.#pause(failures);
    }
  }

  /** From connecting to the end of the connection; throws where it could not be opened. */
  async #live(): Promise<void> {
    const model = await connect(...connectOptions(this.#settings, this.#name));
    gatherWrites(model);
    const ended = Promise.withResolvers<Error | undefined>();
    let reason: Error | undefined;
    // n.b. What a listener throws would count as a failed connection.
    model.on("error", (error: Error) => (reason = error));
    model.on("close", () => ended.resolve(reason));
    model.on("blocked", (why: string) =>
      this.#listener.problem(new TransportError(`the broker takes no messages for now: ${why}`)),
    );
    if (!this.#closed) {
      this.#model = model;
      this.#waiting.resolve(model);
      this.#listener.up(model);
      const lost = await Promise.race([ended.promise, this.#closing.promise]);
      this.#model = undefined;
      if (!this.#closed) this.#waiting = Promise.withResolvers();
      if (!this.#closed) {
        this.#listener.problem(
          new TransportError(`connection to ${this.#address()} lost: ${lost?.message ?? "closed"}`),
        );
        this.#listener.down();
        return;
      }
    }
    const closed = model.close().then(
      () => ended.promise,
      () => {},
    );
    await within(CLOSE_TIMEOUT_MS, closed);
    this.#listener.down();
  }

  #address(): string {
    return `RabbitMQ at ${this.#settings.host}:${this.#settings.port}`;
  }

  /** Doubled per failure, at most 10 s, half of it random: a broker that comes back is not stormed. */
  async #pause(failures: number): Promise<void> {
    const longest = Math.min(FIRST_DELAY_MS * 2 ** failures, MAX_DELAY_MS);
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, longest * (0.5 + Math.random() / 2));
    await Promise.race([promise, this.#closing.promise]);
    clearTimeout(timer);
  }
}

/** Waits for a closing handshake no longer than that: a blocked or dead broker does not answer it. */
export async function within(milliseconds: number, handshake: Promise<unknown> | undefined): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  await Promise.race([handshake, late]);
  clearTimeout(timer);
}

/** @param name - what the broker shows for this connection. */
export function connectOptions(
  { host, port, vhost, username, password, tls }: RabbitmqSettings,
  name: string,
): [Options.Connect, SocketOptions] {
  const files =
    tls === undefined
      ? {}
      : {
          // Read at each connection: certificates are renewed in place.
          ...(tls.caFile === undefined ? {} : { ca: [readFileSync(tls.caFile)] }),
          ...(tls.certFile === undefined ? {} : { cert: readFileSync(tls.certFile) }),
          ...(tls.keyFile === undefined ? {} : { key: readFileSync(tls.keyFile) }),
        };
  return [
    {
      protocol: tls === undefined ? "amqp" : "amqps",
      hostname: host.replace(/^\[(.*)\]$/, "$1"),
      port,
      username,
      password,
      // n.b. amqplib percent-decodes the vhost, but neither user nor password.
      vhost: encodeURIComponent(vhost),
      heartbeat: HEARTBEAT_SECONDS,
    },
    {
      ...files,
      timeout: CONNECT_TIMEOUT_MS,
      noDelay: true,
      keepAlive: true,
      clientProperties: { connection_name: name },
    },
  ];
}
