import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { LocalBroker } from "../../transports/local/client.ts";
import type { Delivery, MessageTransport } from "../../transports/messages.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** Real sidecars and real Python runtimes as processes, on local queues in one file. */
export class Bed {
  readonly folder = mkdtempSync(join(tmpdir(), "asya-bed-"));
  readonly queues = join(this.folder, "queues.db");
  readonly broker = new LocalBroker(this.queues);
  readonly sender = this.broker.connect({ actor: undefined });
  readonly #receivers = new Map<string, Receiver>();
  readonly #children: Program[] = [];

  /** @param handlers - Python source of the module `handlers`. */
  constructor(handlers: string, ...actors: string[]) {
    writeFileSync(join(this.folder, "handlers.py"), handlers);
    for (const actor of [...actors, "happy-end", "error-end"]) this.broker.declare(actor, { leaseMs: 5_000 });
  }

  runtime(actor: string, handler: string, env: Record<string, string> = {}): Program {
    return this.#start("python3", [join(ROOT, "runtime/asya_runtime.py")], {
      ASYA_HANDLER: `handlers.${handler}`,
      ASYA_SOCKET_DIR: this.socketDir(actor),
      PYTHONPATH: this.folder,
      PYTHONDONTWRITEBYTECODE: "1",
      ...env,
    });
  }

  async sidecar(actor: string, env: Record<string, string> = {}): Promise<Program> {
    const program = this.#start(process.execPath, [join(ROOT, "sidecar/main.ts")], {
      ASYA_ACTOR_NAME: actor,
      ASYA_TRANSPORT: "local",
      ASYA_LOCAL_FILE: this.queues,
      ASYA_SOCKET_DIR: this.socketDir(actor),
      ASYA_METRICS_ADDR: "127.0.0.1:0",
      ASYA_LOG_LEVEL: "DEBUG",
      ...env,
    });
    await program.line(/"msg":"started"/);
    return program;
  }

  socketDir(actor: string): string {
    const folder = join(this.folder, actor);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  async send(actor: string, envelope: unknown): Promise<void> {
    const body = envelope instanceof Uint8Array ? envelope : Buffer.from(JSON.stringify(envelope));
    await this.sender.send(actor, body);
  }

  /** The next message of an actor's queue, as it came. */
  async receiveBytes(actor: string): Promise<Uint8Array> {
    const receiver = this.#receivers.get(actor) ?? new Receiver(this.broker.connect({ actor }));
    this.#receivers.set(actor, receiver);
    return await receiver.next();
  }

  async receive(actor: string): Promise<Message> {
    return JSON.parse(Buffer.from(await this.receiveBytes(actor)).toString("utf8")) as Message;
  }

  async close(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.kill("SIGKILL")));
    for (const receiver of this.#receivers.values()) await receiver.close();
    await this.sender.close();
    this.broker.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #start(command: string, args: readonly string[], env: Record<string, string>): Program {
    const { PATH = "" } = process.env;
    const child = spawn(command, args, { env: { PATH, ...env }, cwd: this.folder });
    const program = new Program(child);
    this.#children.push(program);
    return program;
  }
}

export interface Message {
  id: string;
  parent_id?: string;
  route: { actors: string[]; current: number };
  headers?: Record<string, string>;
  payload: unknown;
}

class Receiver {
  readonly #transport: MessageTransport;
  readonly #messages: AsyncIterator<Delivery>;

  constructor(transport: MessageTransport) {
    this.#transport = transport;
    this.#messages = transport.receive(new AbortController().signal)[Symbol.asyncIterator]();
  }

  async next(): Promise<Uint8Array> {
    const { value } = (await this.#messages.next()) as { value: Delivery };
    await value.ack();
    return value.body;
  }

  async close(): Promise<void> {
    await this.#transport.close();
    await this.#messages.return?.();
  }
}

export class Program {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;
  #wake: () => void = () => {};

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout!, child.stderr!]) {
      createInterface({ input: stream }).on("line", (line) => {
        this.lines.push(line);
        this.#wake();
      });
    }
    this.#exit = once(child, "close").then(([code]) => {
      this.#wake();
      return code as number | null;
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** The first line that matches, also one that was there before. Rejects where the program ends without it. */
  async line(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = this.lines.find((line) => pattern.test(line));
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null)
        throw new Error(`ended without ${pattern}:\n${this.lines.join("\n")}`);
      await new Promise<void>((wake) => (this.#wake = wake));
    }
  }

  /** @returns the exit code, once it has ended. */
  async kill(signal: NodeJS.Signals): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
    return await this.#exit;
  }

  get exitCode(): Promise<number | null> {
    return this.#exit;
  }

  /** What the sidecar serves at a path of its metrics address. */
  async get(path: string): Promise<Response> {
    const { port } = JSON.parse(await this.line(/"msg":"started"/)) as { port: number };
    return await fetch(`http://127.0.0.1:${port}${path}`);
  }
}
