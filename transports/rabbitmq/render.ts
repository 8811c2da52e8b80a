import { type Finding, finding } from "../../core/finding.ts";
import type { Manifest } from "../../core/manifest.ts";
import { deadLetterQueueName, queueName } from "../../core/names.ts";
import type { ActorView, Transport, TransportInput, TransportPlan } from "../contract.ts";
import { accessObjects, credentials } from "./access.ts";
import { checkConfig } from "./check.ts";
import { RABBITMQ_CONFIG_SCHEMA, type RabbitmqConfig } from "./config.ts";
import { isAtLeast, type RabbitmqPlatform, withDefaults } from "./defaults.ts";
import { authentication, trigger } from "./keda.ts";
import { BROKER_CONSUMER_TIMEOUT_MS, neededConsumerTimeoutMs, queueObjects } from "./queue.ts";
import { readiness } from "./readiness.ts";
import { retainImmutable } from "./retained.ts";
import { tlsVolume, toEnv } from "./settings.ts";

export const rabbitmq: Transport<RabbitmqConfig> = {
  type: "rabbitmq",
  configSchema: RABBITMQ_CONFIG_SCHEMA,
  checkConfig,
  keys: [
    "rabbitmq-queue",
    "rabbitmq-dlq",
    "rabbitmq-binding",
    "rabbitmq-user",
    "rabbitmq-permission",
    "rabbitmq-topic-permission",
  ],
  render,
  readiness,
};

function render({ actor, config, observed }: TransportInput<RabbitmqConfig>): TransportPlan {
  const platform = withDefaults(config);
  const queue = queueName(actor.name);
  const wanted = { ...queueObjects(platform, actor), ...accessObjects(platform, actor, observed) };
  const objects: Record<string, Manifest> = {};
  const findings = timeoutFindings(platform, actor);
  for (const [key, manifest] of Object.entries(wanted)) {
    const retained = retainImmutable(manifest, observed[key]);
    objects[key] = retained.object;
    findings.push(...retained.findings);
  }
  const { volumes, mounts } = tlsVolume(platform);
  return {
    queue,
    queueAddress: `amqp://${platform.host}:${platform.port}/${encodeURIComponent(platform.vhost)}/${queue}`,
    deadLetterQueue: platform.deadLetters ? deadLetterQueueName(queue) : undefined,
    objects,
    trigger: trigger(platform, actor, queue),
    authentication: authentication(platform, actor),
    sidecarEnv: toEnv(platform, credentials(platform, actor)),
    sidecarVolumes: volumes,
    sidecarVolumeMounts: mounts,
    serviceAccountName: undefined,
    findings,
  };
}

/** Brokers before 3.12 have one delivery timeout for all queues. */
function timeoutFindings(platform: RabbitmqPlatform, actor: ActorView): Finding[] {
  if (isAtLeast(platform.brokerVersion, 3, 12)) return [];
  if (neededConsumerTimeoutMs(actor) <= BROKER_CONSUMER_TIMEOUT_MS) return [];
  const minutes = Math.ceil(neededConsumerTimeoutMs(actor) / 60_000);
  const message = `messages may take ${actor.processingMs / 1_000} s, but a broker before 3.12 takes a delivery back after its consumer_timeout (30 min by default)`;
  const fix = `set the platform's brokerVersion if the broker is 3.12 or later, else consumer_timeout to ${minutes} min or more in rabbitmq.conf`;
  return [finding("W006", ["spec", "timeout", "processing"], message, fix)];
}
