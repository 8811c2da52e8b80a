import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalBroker } from "../../transports/local/client.ts";
import { type Message, Receiver } from "./receiver.ts";
import { Pods } from "./pods.ts";

/** Pods on local queues in one file. */
export class Bed extends Pods {
  readonly broker: LocalBroker;
  readonly #queues: string;
  readonly #sender;
  readonly #receivers = new Map<string, Receiver>();

  constructor(handlers: string, ...actors: string[]) {
    const queues = mkdtempSync(join(tmpdir(), "asya-queues-"));
    const file = join(queues, "queues.db");
    super(handlers, { ASYA_TRANSPORT: "local", ASYA_LOCAL_FILE: file });
    this.#queues = queues;
    this.broker = new LocalBroker(file);
    this.#sender = this.broker.connect({ actor: undefined });
    for (const actor of [...actors, "happy-end", "error-end"]) this.broker.declare(actor, { leaseMs: 5_000 });
  }

  async send(actor: string, envelope: unknown): Promise<void> {
    const body = envelope instanceof Uint8Array ? envelope : Buffer.from(JSON.stringify(envelope));
    await this.#sender.send(actor, body);
  }

  /** The next message of an actor's queue. */
  async receive(actor: string): Promise<Message> {
    const receiver = this.#receivers.get(actor) ?? new Receiver(this.broker.connect({ actor }));
    this.#receivers.set(actor, receiver);
    return await receiver.next();
  }

  async close(): Promise<void> {
    await this.stop();
    for (const receiver of this.#receivers.values()) await receiver.close();
    await this.#sender.close();
    this.broker.close();
    rmSync(this.#queues, { recursive: true, force: true });
  }
}
