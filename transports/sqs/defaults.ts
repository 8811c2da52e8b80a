import type { SqsConfig } from "./config.ts";

/** The config with every default in its place. */
export interface SqsPlatform {
  region: string;
  accountId: string;
  partition: NonNullable<SqsConfig["partition"]>;
  endpoint: string | undefined;
  queueTemplate: string;
  /** undefined = twice the processing timeout. */
  visibilitySeconds: number | undefined;
  waitSeconds: number;
  retentionSeconds: number;
  providerConfigRef: { kind: string; name: string };
  credentials: SqsConfig["credentials"];
  autoCreate: boolean;
  deadLetters: boolean;
  maxReceiveCount: number;
  deadLetterRetentionSeconds: number;
  tags: Record<string, string>;
  eksCluster: string | undefined;
  oidcProviderArn: string | undefined;
  actorRoleArn: string | undefined;
  createRole: boolean;
  rolePath: string;
  permissionsBoundary: string | undefined;
}

const DAY_SECONDS = 86_400;

/** @param config - fits SQS_CONFIG_SCHEMA. */
export function withDefaults(config: SqsConfig): SqsPlatform {
  const dlq = config.queues?.dlq ?? {};
  return {
    region: config.region,
    accountId: config.accountId,
    partition: config.partition ?? "aws",
    endpoint: config.endpoint,
    queueTemplate: config.queueName ?? "asya-{actor}",
    visibilitySeconds: config.visibilityTimeout,
    waitSeconds: config.waitTimeSeconds ?? 20,
    retentionSeconds: config.retentionSeconds ?? 14 * DAY_SECONDS,
    providerConfigRef: {
      kind: config.providerConfigRef?.kind ?? "ClusterProviderConfig",
      name: config.providerConfigRef?.name ?? "default",
    },
    credentials: config.credentials,
    autoCreate: config.queues?.autoCreate ?? true,
    deadLetters: dlq.enabled ?? true,
    maxReceiveCount: dlq.maxRetryCount ?? 20,
    deadLetterRetentionSeconds: (dlq.retentionDays ?? 14) * DAY_SECONDS,
    tags: config.tags ?? {},
    eksCluster: config.podIdentity?.eksCluster,
    oidcProviderArn: config.iam?.oidcProviderArn,
    actorRoleArn: config.actorRoleArn,
    createRole: config.iam?.create ?? false,
    rolePath: config.iam?.path ?? "/",
    permissionsBoundary: config.iam?.permissionsBoundary,
  };
}

/** How pods get their role: by annotation of the ServiceAccount, by association, or not at all. */
export function identityOf(platform: SqsPlatform): "irsa" | "podIdentity" | undefined {
  if (!platform.createRole && platform.actorRoleArn === undefined) return undefined;
  if (platform.oidcProviderArn !== undefined) return "irsa";
  if (platform.eksCluster !== undefined) return "podIdentity";
  return platform.createRole ? undefined : "irsa";
}
