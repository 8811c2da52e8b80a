import { type Channel, connect } from "amqplib";
import type { Manifest } from "../../core/manifest.ts";
import { TransportError } from "../messages.ts";
import { connectOptions } from "./client-connection.ts";
import type { RabbitmqSettings } from "./settings.ts";

/**
 * Makes the rendered Queue and Binding objects on a broker directly, and the exchange that they need: for machines
 * without the topology operator.
 *
 * @param objects - as `render` makes them; other kinds are left out.
 * @throws {TransportError} where the broker refuses, as it does for a queue that exists with other arguments.
 */
export async function declareObjects(settings: RabbitmqSettings, objects: Iterable<Manifest>): Promise<void> {
  try {
    const model = await connect(...connectOptions(settings, "asya declare"));
    model.on("error", () => {});
    const channel = await model.createChannel();
    channel.on("error", () => {});
    await channel.assertExchange(settings.exchange, "topic", { durable: true });
    const sorted = [...objects].sort((a, b) => order(a) - order(b));
    for (const object of sorted) await declareObject(channel, object);
    await model.close();
  } catch (cause) {
    const where = `RabbitMQ at ${settings.host}:${settings.port}`;
    throw new TransportError(`queues cannot be made on ${where}: ${(cause as Error).message}`, { cause });
  }
}

function order({ kind }: Manifest): number {
  return kind === "Queue" ? 0 : 1;
}

async function declareObject(channel: Channel, object: Manifest): Promise<void> {
  const spec = asRecord(object["spec"]);
  if (object.kind === "Queue") {
    const queueArguments = { ...asRecord(spec["arguments"]), "x-queue-type": spec["type"] };
    await channel.assertQueue(String(spec["name"]), { durable: true, arguments: queueArguments });
  }
  if (object.kind === "Binding") {
    await channel.bindQueue(String(spec["destination"]), String(spec["source"]), String(spec["routingKey"]));
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
