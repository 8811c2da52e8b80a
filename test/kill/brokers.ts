import type { Manifest } from "../../core/manifest.ts";
import type { ConnectOptions, MessageTransport } from "../../transports/messages.ts";
import * as rabbitmq from "../../transports/rabbitmq/client-declare.ts";
import { connectRabbitmq } from "../../transports/rabbitmq/client.ts";
import * as rabbitmqSettings from "../../transports/rabbitmq/settings.ts";
import type { RabbitmqSettings } from "../../transports/rabbitmq/settings.ts";
import * as sqs from "../../transports/sqs/client-declare.ts";
import { connectSqs } from "../../transports/sqs/client.ts";
import * as sqsSettings from "../../transports/sqs/settings.ts";
import { startElasticMq } from "../conformance/servers/elasticmq.ts";
import { startMoto } from "../conformance/servers/moto.ts";
import { RabbitmqServer } from "../conformance/servers/rabbitmq.ts";
import type { SqsServer } from "../conformance/servers/sqs-server.ts";

/** A broker that runs, and the platform's entry for it. */
export interface Broker {
  transport: { type: string; config: object };
  secrets: Record<string, string>;
  /** Messages that may be under way at once. */
  window: number;
  declare(objects: readonly Manifest[]): Promise<void>;
  connect(options: ConnectOptions): Promise<MessageTransport>;
  stop(): Promise<void>;
}

export async function startRabbitmq(
  queueType: "classic" | "quorum" = "quorum",
): Promise<Broker & { settings: RabbitmqSettings }> {
  const server = await RabbitmqServer.start();
  const settings = rabbitmqSettings.fromEnv({
    ASYA_RABBITMQ_HOST: "127.0.0.1",
    ASYA_RABBITMQ_PORT: String(server.port),
  });
  return {
    settings,
    transport: {
      type: "rabbitmq",
      config: {
        host: "127.0.0.1",
        port: server.port,
        brokerVersion: "3.10",
        queueType,
        passwordSecretRef: { name: "rabbitmq", key: "password" },
        connection: { secretName: "rabbitmq" },
      },
    },
    secrets: { ASYA_RABBITMQ_PASSWORD: "guest" },
    window: 5_000,
    declare: (objects) => rabbitmq.declareObjects(settings, objects),
    connect: (options) => connectRabbitmq(settings, options),
    stop: () => server.stop(),
  };
}

export async function startSqsOnElasticMq(): Promise<Broker> {
  return sqsBroker(await startElasticMq(), 5_000);
}

/** n.b. moto takes time that grows with the square of what lies in a queue. */
export async function startSqsOnMoto(): Promise<Broker> {
  return sqsBroker(await startMoto(), 200);
}

function sqsBroker(server: SqsServer, window: number): Broker {
  const secrets = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
  Object.assign(process.env, secrets);
  const place = { region: "eu-central-1", endpoint: `http://127.0.0.1:${server.port}` };
  const settings = sqsSettings.fromEnv({
    ASYA_AWS_REGION: place.region,
    ASYA_SQS_ENDPOINT: place.endpoint,
    ASYA_SQS_VISIBILITY_TIMEOUT: "20",
  });
  return {
    transport: {
      type: "sqs",
      config: {
        ...place,
        accountId: server.accountId,
        credentials: {
          accessKeyIdSecretRef: { name: "aws", key: "id" },
          secretAccessKeySecretRef: { name: "aws", key: "secret" },
        },
      },
    },
    secrets,
    window,
    declare: (objects) => sqs.declareObjects(place, objects),
    connect: (options) => connectSqs(settings, options),
    stop: () => server.stop(),
  };
}
