import type { RabbitmqConfig } from "./config.ts";

/** The config with every default in its place. */
export interface RabbitmqPlatform {
  host: string;
  port: number;
  vhost: string;
  exchange: string;
  username: string;
  passwordSecretRef: { name: string; key: string } | undefined;
  access: "shared" | "perActor";
  /** Without credentials. */
  managementUrl: string;
  tls: boolean;
  caSecretRef: { name: string; key: string } | undefined;
  certSecretRef: { name: string } | undefined;
  brokerVersion: BrokerVersion | undefined;
  queueType: "quorum" | "classic";
  autoCreate: boolean;
  deadLetters: boolean;
  deliveryLimit: number;
  /** As it stands in the topology operator's objects; undefined where the platform names no connection. */
  clusterReference: Record<string, unknown> | undefined;
}

export type BrokerVersion = readonly [major: number, minor: number];

/** @param config - fits RABBITMQ_CONFIG_SCHEMA. */
export function withDefaults(config: RabbitmqConfig): RabbitmqPlatform {
  const tls = config.tls?.enabled ?? false;
  const { caSecretRef, certSecretRef } = config.tls ?? {};
  const dlq = config.queues?.dlq ?? {};
  return {
    host: config.host,
    port: config.port ?? (tls ? 5671 : 5672),
    vhost: config.vhost ?? "/",
    exchange: config.exchange ?? "asya",
    username: config.username ?? "guest",
    passwordSecretRef: config.passwordSecretRef,
    access: config.access ?? "shared",
    managementUrl:
      config.managementUrl ?? (tls ? `https://${config.host}:15671` : `http://${config.host}:15672`),
    tls,
    caSecretRef:
      tls && caSecretRef ? { name: caSecretRef.name, key: caSecretRef.key ?? "ca.crt" } : undefined,
    certSecretRef: tls ? certSecretRef : undefined,
    brokerVersion: config.brokerVersion === undefined ? undefined : brokerVersionOf(config.brokerVersion),
    queueType: config.queueType ?? "quorum",
    autoCreate: config.queues?.autoCreate ?? true,
    deadLetters: dlq.enabled ?? true,
    deliveryLimit: dlq.maxRetryCount ?? config.deliveryLimit ?? 20,
    clusterReference: clusterReferenceOf(config.connection),
  };
}

export function isAtLeast(version: BrokerVersion | undefined, major: number, minor: number): boolean {
  return version !== undefined && (version[0] > major || (version[0] === major && version[1] >= minor));
}

export function brokerVersionOf(text: string): BrokerVersion {
  const [major = 0, minor = 0] = text.split(".").map(Number);
  return [major, minor];
}

function clusterReferenceOf(connection: RabbitmqConfig["connection"]): Record<string, unknown> | undefined {
  if (connection?.clusterReference !== undefined) return { ...connection.clusterReference };
  if (connection?.secretName !== undefined) return { connectionSecret: { name: connection.secretName } };
  return undefined;
}
