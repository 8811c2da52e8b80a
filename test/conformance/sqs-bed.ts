import { GetQueueAttributesCommand, GetQueueUrlCommand } from "@aws-sdk/client-sqs";
import { deadLetterQueueName, queueName } from "../../core/names.ts";
import { declareObjects } from "../../transports/sqs/client-declare.ts";
import { connectSqs, sqsClient } from "../../transports/sqs/client.ts";
import { withDefaults } from "../../transports/sqs/defaults.ts";
import { queueObjects } from "../../transports/sqs/queue.ts";
import { fromEnv } from "../../transports/sqs/settings.ts";
import type { Bed } from "./bed.ts";
import { Proxy } from "./servers/proxy.ts";
import type { SqsServer } from "./servers/sqs-server.ts";

const REGION = "eu-central-1";
const KEYS = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };

/** The abilities of a server in memory. */
export const SQS = { outliveProcesses: true, loseConnections: true, restart: false, load: 1_000 };

/** Queues as the function renders them; each transport's lease is its queue's. */
export async function sqsBed(server: SqsServer): Promise<Bed> {
  Object.assign(process.env, KEYS);
  const proxy = await Proxy.to(server.port);
  const env = {
    ...KEYS,
    ASYA_TRANSPORT: "sqs",
    ASYA_AWS_REGION: REGION,
    ASYA_SQS_ENDPOINT: `http://127.0.0.1:${proxy.port}`,
    ASYA_SQS_WAIT_TIME_SECONDS: "20",
    ASYA_SQS_VISIBILITY_TIMEOUT: "2",
  };
  const direct = { region: REGION, endpoint: `http://127.0.0.1:${server.port}` };
  const client = sqsClient(direct);
  const leases = new Map<string | undefined, string>();
  return {
    declare: async (actor, { leaseMs = 20_000, maxDeliveries = 20 } = {}) => {
      const visibilityTimeout = leaseMs / 1_000;
      leases.set(actor, String(visibilityTimeout));
      const platform = withDefaults({
        region: REGION,
        accountId: server.accountId,
        visibilityTimeout,
        queues: { dlq: { maxRetryCount: maxDeliveries } },
      });
      const view = {
        name: actor,
        namespace: "default",
        processingMs: 10_000,
        queueLength: 5,
        sendTo: undefined,
        messagesAtDeletion: "Retain",
      } as const;
      await declareObjects(direct, Object.values(queueObjects(platform, view, queueName(actor))));
    },
    connect: async (options) =>
      await connectSqs(
        fromEnv({ ...env, ASYA_SQS_VISIBILITY_TIMEOUT: leases.get(options.actor) ?? "20" }),
        options,
      ),
    deadLetters: async (actor) => await depthOf(deadLetterQueueName(queueName(actor))),
    depth: async (actor) => await depthOf(queueName(actor)),
    env,
    cut: () => proxy.cut(),
    restart: () => Promise.reject(new Error("it would forget its queues")),
    delaySlackMs: 1_500,
    maxMessageBytes: 1_048_576,
    close: async () => {
      client.destroy();
      await proxy.close();
      await server.stop();
    },
  };

  async function depthOf(QueueName: string): Promise<number> {
    const { QueueUrl = "" } = await client.send(new GetQueueUrlCommand({ QueueName }));
    const url = new URL(new URL(QueueUrl).pathname, direct.endpoint).href;
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }),
    );
    const counts = Object.entries(Attributes ?? {}).filter(([name]) =>
      name.startsWith("ApproximateNumberOfMessages"),
    );
    return counts.reduce((sum, [, count]) => sum + Number(count), 0);
  }
}
