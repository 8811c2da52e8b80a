import { deadLetterQueueName } from "../../core/names.ts";
import type { MessageTransport } from "../../transports/messages.ts";
import { until } from "./until.ts";

interface Envelope {
  id: string;
  payload: unknown;
}

/** Whose queues a mail goes through. */
interface PostOffice {
  /** @param actor - whose queue is read; undefined = for sending only. */
  connect(actor?: string): Promise<MessageTransport>;
}

/** Sends envelopes and keeps the account: where each of them ended. */
export class Mail {
  readonly #office: PostOffice;
  readonly #sender: MessageTransport;
  readonly #sent = new Set<string>();
  readonly #receiving = new AbortController();
  readonly #opened: { transport: MessageTransport; done: Promise<void> }[] = [];
  #sequence = 0;
  /** By id, every arrival at that end. */
  readonly happy = new Map<string, Envelope[]>();
  readonly failed = new Map<string, Envelope[]>();
  readonly dead = new Map<string, Envelope[]>();

  private constructor(office: PostOffice, sender: MessageTransport) {
    this.#office = office;
    this.#sender = sender;
  }

  static async open(office: PostOffice): Promise<Mail> {
    const mail = new Mail(office, await office.connect());
    await mail.#collect("happy-end", mail.happy);
    await mail.#collect("error-end", mail.failed);
    return mail;
  }

  /** Dead letters of this actor count from now on. */
  async watchDeadLetters(actor: string): Promise<void> {
    await this.#collect(deadLetterQueueName(actor), this.dead);
  }

  /** @returns the envelopes' ids. */
  async send(route: readonly string[], count: number, payload: object = {}): Promise<string[]> {
    const ids = Array.from({ length: count }, () => `${route[0]}-${process.pid}-${++this.#sequence}`);
    await Promise.all(
      ids.map(async (id) => {
        const envelope = { id, route: { actors: route, current: 0 }, payload: { ...payload, id } };
        await this.#sender.send(route[0] ?? "", Buffer.from(JSON.stringify(envelope)));
        this.#sent.add(id);
      }),
    );
    return ids;
  }

  get sent(): number {
    return this.#sent.size;
  }

  /** Waits until every envelope sent so far has ended somewhere. */
  async allEnd(withinMs: number): Promise<void> {
    await until(
      "every envelope has ended",
      () => Promise.resolve({ sent: this.#sent.size, ...this.account() }),
      ({ missing }) => missing.length === 0,
      withinMs,
    );
  }

  /** Waits until envelopes of these ids are at happy-end: parts of a fan-out, which nobody sent by that id. */
  async arrive(ids: readonly string[], withinMs: number): Promise<void> {
    await until(
      "they are at happy-end",
      () => Promise.resolve(ids.filter((id) => !this.happy.has(id))),
      (missing) => missing.length === 0,
      withinMs,
    );
  }

  /** Of what was sent: sent = happy + failed + dead + missing, where an envelope counts once. */
  account(): { happy: number; failed: number; dead: number; missing: string[] } {
    const ids = [...this.#sent];
    const happy = ids.filter((id) => this.happy.has(id));
    const failed = ids.filter((id) => !this.happy.has(id) && this.failed.has(id));
    const dead = ids.filter((id) => !this.happy.has(id) && !this.failed.has(id) && this.dead.has(id));
    const ended = new Set([...happy, ...failed, ...dead]);
    return {
      happy: happy.length,
      failed: failed.length,
      dead: dead.length,
      missing: ids.filter((id) => !ended.has(id)),
    };
  }

  /** Envelopes that arrived more often than once, at one end or at several. */
  repeated(): string[] {
    const ends = [this.happy, this.failed, this.dead];
    return [...this.#sent].filter(
      (id) => ends.reduce((count, end) => count + (end.get(id)?.length ?? 0), 0) > 1,
    );
  }

  async close(): Promise<void> {
    this.#receiving.abort();
    await Promise.all([this.#sender.close(), ...this.#opened.map(({ transport }) => transport.close())]);
    await Promise.all(this.#opened.map(({ done }) => done));
  }

  async #collect(queue: string, into: Map<string, Envelope[]>): Promise<void> {
    const transport = await this.#office.connect(queue);
    const receive = async () => {
      transport.setPrefetch(50);
      for await (const delivery of transport.receive(this.#receiving.signal)) {
        const envelope = JSON.parse(Buffer.from(delivery.body).toString("utf8")) as Envelope;
        into.set(envelope.id, [...(into.get(envelope.id) ?? []), envelope]);
        await delivery.ack();
      }
    };
    this.#opened.push({ transport, done: receive() });
  }
}
