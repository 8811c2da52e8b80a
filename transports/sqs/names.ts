import { sha256 } from "../../core/digest.ts";
import type { SqsPlatform } from "./defaults.ts";

const DNS_SUFFIX: Readonly<Record<SqsPlatform["partition"], string>> = {
  aws: "amazonaws.com",
  "aws-cn": "amazonaws.com.cn",
  "aws-us-gov": "amazonaws.com",
  "aws-eusc": "amazonaws.eu",
  "aws-iso": "c2s.ic.gov",
  "aws-iso-b": "sc2s.sgov.gov",
};

/** The limit of SQS. */
export const MAX_QUEUE_NAME = 80;

/** n.b. SQS calls any other name an invalid parameter, not a missing queue. */
export function isQueueName(name: string): boolean {
  return name.length <= MAX_QUEUE_NAME && /^[A-Za-z0-9_-]+$/.test(name);
}

/** The queue-name template with everything but `{actor}` filled in. */
export function actorTemplate(platform: SqsPlatform, namespace: string): string {
  return platform.queueTemplate
    .replaceAll("{namespace}", namespace)
    .replaceAll("{cluster}", platform.eksCluster ?? "");
}

export function fillActor(template: string, actor: string): string {
  // n.b. in a text to put in, "$&" would mean something.
  return template.replaceAll("{actor}", () => actor);
}

/** Computed, as the provider knows it only 25 s after it made the queue. */
export function queueUrl(platform: SqsPlatform, queue: string): string {
  const { endpoint, region, partition, accountId } = platform;
  const origin = endpoint ?? `https://sqs.${region}.${DNS_SUFFIX[partition]}`;
  return `${origin}/${accountId}/${queue}`;
}

export function queueArn({ partition, region, accountId }: SqsPlatform, queue: string): string {
  return `arn:${partition}:sqs:${region}:${accountId}:${queue}`;
}

export function roleArn({ partition, accountId, rolePath }: SqsPlatform, role: string): string {
  return `arn:${partition}:iam::${accountId}:role${rolePath}${role}`;
}

/** IAM names are unique in an account, over all namespaces and clusters, and at most 64 long. */
export function roleName(platform: SqsPlatform, namespace: string, actor: string): string {
  const cluster = platform.eksCluster ?? platform.oidcProviderArn ?? "";
  const identity = JSON.stringify([cluster, namespace, actor]);
  const hash = sha256(identity).slice(0, 8);
  return `${`asya-${namespace}-${actor}`.slice(0, 55)}-${hash}`;
}
