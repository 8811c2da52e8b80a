import {
  AUTO_CREATE,
  DLQ_ENABLED,
  FORCE_RECREATE,
  MAX_RETRY_COUNT,
  SECRET_KEY_REF,
} from "../config-parts.ts";
import type { FromSchema } from "../config-type.ts";

const RESOURCE_NAME = { type: "string", minLength: 1, maxLength: 253 } as const;

/** `transports.<name>.config` where `type: rabbitmq`. */
export const RABBITMQ_CONFIG_SCHEMA = {
  type: "object",
  additionalProperties: false,
  required: ["host"],
  properties: {
    host: {
      type: "string",
      pattern: "^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$",
      maxLength: 253,
      description: "Host name of the broker as pods reach it, without scheme or port.",
    },
    port: {
      type: "integer",
      minimum: 1,
      maximum: 65535,
      description: "AMQP port (default 5672, with TLS 5671).",
    },
    username: {
      type: "string",
      minLength: 1,
      description: "User of every actor where access is shared (default guest).",
    },
    passwordSecretRef: {
      ...SECRET_KEY_REF,
      description: "Password of username: one key of a Secret that exists in every actor's namespace.",
    },
    exchange: {
      type: "string",
      pattern: "^[A-Za-z0-9._:-]+$",
      maxLength: 127,
      description:
        "Topic exchange that all actors send through (default asya). It is the platform's object, not an actor's.",
    },
    vhost: { type: "string", minLength: 1, maxLength: 255, description: "Virtual host (default /)." },
    managementUrl: {
      type: "string",
      pattern: "^https?://[^/@\\s]+(/[^?#\\s]*)?$",
      description:
        "Management API that KEDA asks for the queue's depth, without credentials (default http://HOST:15672, with TLS https://HOST:15671).",
    },
    brokerVersion: {
      type: "string",
      pattern: "^[0-9]+\\.[0-9]+(\\.[0-9]+)?$",
      description:
        "Version of the broker, such as 3.10 or 4.1.2, in quotes. From 3.12 on a queue can have its own delivery timeout; unset is treated as older.",
    },
    queueType: { type: "string", enum: ["quorum", "classic"], description: "Queue type (default quorum)." },
    deliveryLimit: {
      type: "integer",
      minimum: 1,
      maximum: 1000,
      description:
        "Deliveries before a quorum queue dead-letters a message, where queues.dlq.maxRetryCount is unset (default 20).",
    },
    access: {
      type: "string",
      enum: ["shared", "perActor"],
      description:
        "shared: all actors use username (default). perActor: each actor has its own user with the least permissions.",
    },
    connection: {
      type: "object",
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
      description:
        "How the messaging topology operator reaches the broker: exactly one of clusterReference and secretName.",
      properties: {
        clusterReference: {
          type: "object",
          additionalProperties: false,
          required: ["name"],
          description: "A RabbitmqCluster of the cluster operator.",
          properties: {
            name: { ...RESOURCE_NAME, description: "Name of the RabbitmqCluster." },
            namespace: { ...RESOURCE_NAME, description: "Its namespace (default: the actor's)." },
          },
        },
        secretName: {
          ...RESOURCE_NAME,
          description:
            'Secret in the actor\'s namespace with the keys uri, username and password, labelled rabbitmq.com/topology-operator: "true".',
        },
      },
    },
    tls: {
      type: "object",
      additionalProperties: false,
      properties: {
        enabled: { type: "boolean", description: "Speak AMQP over TLS (default false)." },
        caSecretRef: {
          type: "object",
          additionalProperties: false,
          required: ["name"],
          description: "Certificate authority of the broker (default: the system's).",
          properties: {
            name: SECRET_KEY_REF.properties.name,
            key: {
              ...SECRET_KEY_REF.properties.key,
              description: "Key in the Secret's data (default ca.crt).",
            },
          },
        },
        certSecretRef: {
          type: "object",
          additionalProperties: false,
          required: ["name"],
          description: "Client certificate: a Secret of type kubernetes.io/tls (keys tls.crt and tls.key).",
          properties: { name: SECRET_KEY_REF.properties.name },
        },
      },
    },
    queues: {
      type: "object",
      additionalProperties: false,
      properties: {
        autoCreate: AUTO_CREATE,
        forceRecreate: FORCE_RECREATE,
        dlq: {
          type: "object",
          additionalProperties: false,
          properties: { enabled: DLQ_ENABLED, maxRetryCount: MAX_RETRY_COUNT },
        },
      },
    },
  },
} as const;

/** The config as the platform's owner writes it. */
export type RabbitmqConfig = FromSchema<typeof RABBITMQ_CONFIG_SCHEMA>;
