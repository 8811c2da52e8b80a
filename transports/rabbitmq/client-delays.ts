import type { ChannelModel } from "amqplib";
import { queueName } from "../../core/names.ts";
import { QueueNotFound, TransportError } from "../messages.ts";
import { Publisher } from "./client-publisher.ts";
import { delayProperties, delayTopology } from "./delays.ts";

/** AMQP reply codes. */
const NOT_FOUND = 404;
const ACCESS_REFUSED = 403;

/**
 * Sends that wait in the broker, on a channel of their own: where the broker refuses them, nothing else is harmed.
 * `false` = there are no delay queues and we may not make them, so the caller must wait itself.
 */
export class Delays {
  readonly #model: ChannelModel;
  readonly #exchange: string;
  readonly #publisher: Publisher;
  readonly #known = new Set<string>();
  #available: Promise<boolean> | undefined;

  constructor(model: ChannelModel, exchange: string) {
    this.#model = model;
    this.#exchange = exchange;
    this.#publisher = new Publisher(model);
  }

  /** @throws {QueueNotFound | MessageTooLarge | TransportError} */
  async publish(actor: string, body: Uint8Array, dueMs: number): Promise<boolean> {
    await this.#requireQueue(actor);
    if (!(await this.#isAvailable())) return false;
    const { exchange } = delayTopology(this.#exchange);
    try {
      await this.#publisher.publish({
        exchange,
        actor,
        body,
        properties: delayProperties(dueMs, Date.now()),
      });
      return true;
    } catch (error) {
      const refused = error instanceof TransportError && codeOf(error.cause) === ACCESS_REFUSED;
      // Returned: the exchange is there, but not the queue for this delay.
      if (!refused && !(error instanceof QueueNotFound)) throw error;
      this.#available = Promise.resolve(false);
      return false;
    }
  }

  /** A message that waits is accepted for a queue that may not exist; so that is looked up first. */
  async #requireQueue(actor: string): Promise<void> {
    if (this.#known.has(actor)) return;
    const queue = queueName(actor);
    const found = await this.#try((channel) => channel.checkQueue(queue));
    if (found === NOT_FOUND) throw new QueueNotFound(actor, queue);
    if (found === undefined) this.#known.add(actor);
  }

  #isAvailable(): Promise<boolean> {
    this.#available ??= this.#find();
    return this.#available;
  }

  async #find(): Promise<boolean> {
    const topology = delayTopology(this.#exchange);
    const missing = await this.#try((channel) => channel.checkExchange(topology.exchange));
    if (missing === undefined) return true;
    const refused = await this.#try(async (channel) => {
      for (const queue of topology.queues) {
        await channel.assertQueue(queue.name, { durable: true, arguments: queue.arguments });
      }
      await channel.assertExchange(topology.exchange, topology.type, { durable: true });
      for (const queue of topology.queues)
        await channel.bindQueue(queue.name, topology.exchange, "", queue.match);
    });
    return refused === undefined;
  }

  /** The broker's reply code where it refuses: that closes the channel, so each try has its own. */
  async #try(
    work: (channel: Awaited<ReturnType<ChannelModel["createChannel"]>>) => Promise<unknown>,
  ): Promise<number | undefined> {
    let channel;
    try {
      channel = await this.#model.createChannel();
      channel.on("error", () => {});
      await work(channel);
    } catch (error) {
      const code = codeOf(error);
      if (code !== undefined) return code;
      throw new TransportError(`the broker went away: ${(error as Error).message}`, { cause: error });
    }
    // n.b. amqplib never settles it when the connection goes away meanwhile.
    void channel.close().catch(() => {});
    return undefined;
  }
}

function codeOf(error: unknown): number | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "number" ? code : undefined;
}
