import { deadLetterQueueName, queueName } from "../../core/names.ts";
import { declareObjects } from "../../transports/rabbitmq/client-declare.ts";
import { connectRabbitmq } from "../../transports/rabbitmq/client.ts";
import { withDefaults } from "../../transports/rabbitmq/defaults.ts";
import { queueObjects } from "../../transports/rabbitmq/queue.ts";
import { fromEnv } from "../../transports/rabbitmq/settings.ts";
import type { Bed } from "./bed.ts";
import { Proxy } from "./servers/proxy.ts";
import { MAX_MESSAGE_BYTES, RabbitmqServer } from "./servers/rabbitmq.ts";

/** Queues as the function renders them, on a server of the test's own behind a hop that can be cut. */
export async function rabbitmqBed(): Promise<Bed> {
  const server = await RabbitmqServer.start();
  const proxy = await Proxy.to(server.port);
  const env = {
    ASYA_TRANSPORT: "rabbitmq",
    ASYA_RABBITMQ_HOST: "127.0.0.1",
    ASYA_RABBITMQ_PORT: String(proxy.port),
  };
  let listing: Promise<string> | undefined;
  const direct = fromEnv({ ...env, ASYA_RABBITMQ_PORT: String(server.port) });
  return {
    declare: async (actor, { maxDeliveries = 20 } = {}) => {
      const platform = withDefaults({
        host: "127.0.0.1",
        brokerVersion: "3.10",
        deliveryLimit: maxDeliveries,
      });
      const objects = queueObjects(platform, {
        name: actor,
        namespace: "default",
        processingMs: 10_000,
        queueLength: 5,
        sendTo: undefined,
        messagesAtDeletion: "Retain",
      });
      await declareObjects(direct, Object.values(objects));
    },
    connect: async (options) => await connectRabbitmq(fromEnv(env), options),
    deadLetters: async (actor) => await depthOf(deadLetterQueueName(queueName(actor))),
    depth: async (actor) => await depthOf(queueName(actor)),
    env,
    cut: () => proxy.cut(),
    restart: async () => await server.restart(),
    delaySlackMs: 1_500,
    maxMessageBytes: MAX_MESSAGE_BYTES,
    close: async () => {
      await proxy.close();
      await server.stop();
    },
  };

  /** Ready and in hand. */
  async function depthOf(queue: string): Promise<number> {
    listing ??= server.control("list_queues", "--silent", "name", "messages");
    // Whoever asks in the same turn shares the answer: each one is a process.
    setImmediate(() => (listing = undefined));
    const row = (await listing).split("\n").find((line) => line.startsWith(`${queue}\t`));
    return Number(row?.split("\t")[1]);
  }
}
