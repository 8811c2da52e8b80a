import type { Manifest } from "../../core/manifest.ts";
import { deadLetterQueueName, queueName } from "../../core/names.ts";
import type { ActorView } from "../contract.ts";
import { isAtLeast, type RabbitmqPlatform } from "./defaults.ts";

/** `consumer_timeout` of a broker whose owner did not set another: a delivery unacked for longer closes the channel. */
export const BROKER_CONSUMER_TIMEOUT_MS = 30 * 60_000;

/** Between the handler's time limit and the broker's: to send what follows and ack. */
const CONSUMER_TIMEOUT_MARGIN_MS = 5 * 60_000;

const HOUR_MS = 60 * 60_000;

export function rabbitmqObject(kind: string, name: string, spec: Record<string, unknown>): Manifest {
  return { apiVersion: "rabbitmq.com/v1beta1", kind, metadata: { name }, spec };
}

/** How long the broker must wait for the ack of a delivery that is being handled. */
export function neededConsumerTimeoutMs(actor: ActorView): number {
  return actor.processingMs + CONSUMER_TIMEOUT_MARGIN_MS;
}

/** Queue, dead-letter queue and binding as they should be made. */
export function queueObjects(platform: RabbitmqPlatform, actor: ActorView): Record<string, Manifest> {
  if (!platform.autoCreate) return {};
  const queue = queueName(actor.name);
  const deadLetterQueue = deadLetterQueueName(queue);
  return {
    "rabbitmq-queue": queueObject(platform, actor, queue, mainArguments(platform, actor, deadLetterQueue)),
    ...(platform.deadLetters
      ? { "rabbitmq-dlq": queueObject(platform, actor, deadLetterQueue, deadLetterArguments(platform)) }
      : {}),
    "rabbitmq-binding": rabbitmqObject("Binding", queue, {
      source: platform.exchange,
      destination: queue,
      destinationType: "queue",
      routingKey: actor.name,
      vhost: platform.vhost,
      rabbitmqClusterReference: platform.clusterReference,
    }),
  };
}

function queueObject(
  platform: RabbitmqPlatform,
  actor: ActorView,
  name: string,
  queueArguments: Record<string, unknown>,
): Manifest {
  return rabbitmqObject("Queue", name, {
    name,
    vhost: platform.vhost,
    type: platform.queueType,
    durable: true,
    // n.b. autoDelete: false would vanish at the operator's next write (Go's omitempty), and be written again by us.
    ...(Object.keys(queueArguments).length > 0 ? { arguments: queueArguments } : {}),
    deletionPolicy: actor.messagesAtDeletion === "Retain" ? "retain" : "delete",
    rabbitmqClusterReference: platform.clusterReference,
  });
}

function mainArguments(
  platform: RabbitmqPlatform,
  actor: ActorView,
  deadLetterQueue: string,
): Record<string, unknown> {
  return {
    ...(platform.deadLetters
      ? { "x-dead-letter-exchange": "", "x-dead-letter-routing-key": deadLetterQueue }
      : {}),
    ...(platform.queueType === "quorum" ? quorumArguments(platform) : {}),
    ...(isAtLeast(platform.brokerVersion, 3, 12) ? { "x-consumer-timeout": consumerTimeoutMs(actor) } : {}),
  };
}

function quorumArguments(platform: RabbitmqPlatform): Record<string, unknown> {
  if (!platform.deadLetters) return unlimitedDeliveries(platform);
  return {
    "x-delivery-limit": platform.deliveryLimit,
    // The default strategy, at-most-once, loses the message when the dead-letter queue is not available.
    "x-dead-letter-strategy": "at-least-once",
    // Without it the broker falls back to at-most-once.
    "x-overflow": "reject-publish",
  };
}

function deadLetterArguments(platform: RabbitmqPlatform): Record<string, unknown> {
  return platform.queueType === "quorum" ? unlimitedDeliveries(platform) : {};
}

/** Quorum queues of 4.0 and later drop after 20 deliveries by default, and -1 lifts that; older ones have no limit by default. */
function unlimitedDeliveries(platform: RabbitmqPlatform): Record<string, unknown> {
  return isAtLeast(platform.brokerVersion, 4, 0) ? { "x-delivery-limit": -1 } : {};
}

/** Whole hours above the broker's own default: arguments are immutable, and a timeout edited by minutes should still fit. */
function consumerTimeoutMs(actor: ActorView): number {
  const needed = neededConsumerTimeoutMs(actor);
  return needed <= BROKER_CONSUMER_TIMEOUT_MS
    ? BROKER_CONSUMER_TIMEOUT_MS
    : Math.ceil(needed / HOUR_MS) * HOUR_MS;
}
