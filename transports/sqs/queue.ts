import { type Finding, finding, quoteValue } from "../../core/finding.ts";
import { sortKeys } from "../../core/json.ts";
import type { Manifest } from "../../core/manifest.ts";
import { deadLetterQueueName, queueName } from "../../core/names.ts";
import type { ActorView } from "../contract.ts";
import type { SqsPlatform } from "./defaults.ts";
import { MAX_QUEUE_NAME, queueArn } from "./names.ts";

/** The longest time SQS hides a message, extensions included. */
const MAX_VISIBILITY_SECONDS = 43_200;

/** What SQS takes since 2025; without it the provider would set 262144. */
const MAX_MESSAGE_BYTES = 1_048_576;

/** Retain keeps LateInitialize: without it the provider never saves the queue's external name. */
const RETAIN_POLICIES = ["Observe", "Create", "Update", "LateInitialize"];

export function visibilitySeconds(platform: SqsPlatform, actor: ActorView): number {
  const twice = Math.ceil((2 * actor.processingMs) / 1_000);
  return platform.visibilitySeconds ?? Math.min(Math.max(twice, 1), MAX_VISIBILITY_SECONDS);
}

/** Queue and dead-letter queue. Every attribute is set that the provider would otherwise fill in and from then on defend. */
export function queueObjects(
  platform: SqsPlatform,
  actor: ActorView,
  queue: string,
): Record<string, Manifest> {
  if (!platform.autoCreate) return {};
  const deadLetterQueue = deadLetterQueueName(queue);
  const main = queueObject(platform, actor, queueName(actor.name), {
    name: queue,
    messageRetentionSeconds: platform.retentionSeconds,
    receiveWaitTimeSeconds: platform.waitSeconds,
    visibilityTimeoutSeconds: visibilitySeconds(platform, actor),
    ...(platform.deadLetters ? { redrivePolicy: redrivePolicy(platform, deadLetterQueue) } : {}),
  });
  if (!platform.deadLetters) return { "sqs-queue": main };
  const deadLetters = queueObject(platform, actor, deadLetterQueueName(queueName(actor.name)), {
    name: deadLetterQueue,
    messageRetentionSeconds: platform.deadLetterRetentionSeconds,
    receiveWaitTimeSeconds: platform.waitSeconds,
    visibilityTimeoutSeconds: 30,
  });
  return { "sqs-queue": main, "sqs-dlq": deadLetters };
}

function queueObject(
  platform: SqsPlatform,
  actor: ActorView,
  name: string,
  attributes: Record<string, unknown>,
): Manifest {
  return {
    apiVersion: "sqs.aws.m.upbound.io/v1beta1",
    kind: "Queue",
    metadata: { name },
    spec: {
      managementPolicies: actor.messagesAtDeletion === "Retain" ? RETAIN_POLICIES : ["*"],
      providerConfigRef: platform.providerConfigRef,
      forProvider: {
        region: platform.region,
        ...attributes,
        delaySeconds: 0,
        kmsDataKeyReusePeriodSeconds: 300,
        maxMessageSize: MAX_MESSAGE_BYTES,
        sqsManagedSseEnabled: true,
        tags: tagsOf(platform, actor),
      },
    },
  };
}

export function tagsOf(platform: SqsPlatform, actor: ActorView): Record<string, string> {
  return { ...platform.tags, "asya.sh/actor": actor.name, "asya.sh/namespace": actor.namespace };
}

/** JSON as AWS prints it: in any other form the provider sees a difference for ever. */
export function compactJson(value: unknown): string {
  return JSON.stringify(sortKeys(value));
}

function redrivePolicy(platform: SqsPlatform, deadLetterQueue: string): string {
  return compactJson({
    deadLetterTargetArn: queueArn(platform, deadLetterQueue),
    maxReceiveCount: platform.maxReceiveCount,
  });
}

/** What SQS would refuse about this actor. */
export function limitFindings(platform: SqsPlatform, actor: ActorView, queue: string): Finding[] {
  const longest = platform.deadLetters ? deadLetterQueueName(queue) : queue;
  const found: Finding[] = [];
  if (longest.length > MAX_QUEUE_NAME) {
    const message = `the SQS queue ${quoteValue(longest)} would have ${longest.length} characters (at most ${MAX_QUEUE_NAME})`;
    const fix = `shorten the actor's name by ${longest.length - MAX_QUEUE_NAME}, or the platform's queueName ${quoteValue(platform.queueTemplate)}`;
    found.push(finding("E041", ["metadata", "name"], message, fix));
  }
  if (actor.processingMs > MAX_VISIBILITY_SECONDS * 1_000) {
    const message = `SQS lets a message be worked on for 12 hours at most (got ${actor.processingMs / 1_000} s)`;
    const fix = `use at most ${MAX_VISIBILITY_SECONDS} s, split the work over several actors, or use another transport`;
    found.push(finding("E042", ["spec", "timeout", "processing"], message, fix));
  }
  return found;
}
