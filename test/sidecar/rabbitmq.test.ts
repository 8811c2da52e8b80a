import { declareObjects } from "../../transports/rabbitmq/client-declare.ts";
import { connectRabbitmq } from "../../transports/rabbitmq/client.ts";
import { withDefaults } from "../../transports/rabbitmq/defaults.ts";
import { queueObjects } from "../../transports/rabbitmq/queue.ts";
import { fromEnv } from "../../transports/rabbitmq/settings.ts";
import { RabbitmqServer } from "../conformance/servers/rabbitmq.ts";
import { journeys } from "./journeys.ts";

journeys("sidecars on rabbitmq", async () => {
  const server = await RabbitmqServer.start();
  const env = {
    ASYA_TRANSPORT: "rabbitmq",
    ASYA_RABBITMQ_HOST: "127.0.0.1",
    ASYA_RABBITMQ_PORT: String(server.port),
  };
  const settings = fromEnv(env);
  return {
    env,
    async declare(actor) {
      const view = {
        name: actor,
        namespace: "default",
        processingMs: 10_000,
        queueLength: 5,
        sendTo: undefined,
        messagesAtDeletion: "Retain",
      } as const;
      const platform = withDefaults({ host: "127.0.0.1", brokerVersion: "3.10" });
      await declareObjects(settings, Object.values(queueObjects(platform, view)));
    },
    connect: async (options) => await connectRabbitmq(settings, options),
    close: async () => await server.stop(),
  };
});
