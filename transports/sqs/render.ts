import { deadLetterQueueName } from "../../core/names.ts";
import type { Transport, TransportInput, TransportPlan } from "../contract.ts";
import { checkConfig } from "./check.ts";
import { SQS_CONFIG_SCHEMA, type SqsConfig } from "./config.ts";
import { withDefaults } from "./defaults.ts";
import { accessObjects, serviceAccountName } from "./iam.ts";
import { authentication, trigger } from "./keda.ts";
import { actorTemplate, fillActor, queueUrl } from "./names.ts";
import { isPremature } from "./order.ts";
import { limitFindings, queueObjects, visibilitySeconds } from "./queue.ts";
import { readiness } from "./readiness.ts";
import { toEnv } from "./settings.ts";

export const sqs: Transport<SqsConfig> = {
  type: "sqs",
  configSchema: SQS_CONFIG_SCHEMA,
  checkConfig,
  keys: ["sqs-queue", "sqs-dlq", "iam-role", "iam-policy", "pod-identity", "service-account"],
  render,
  isPremature,
  readiness,
};

function render({ actor, config, observed }: TransportInput<SqsConfig>): TransportPlan {
  const platform = withDefaults(config);
  const template = actorTemplate(platform, actor.namespace);
  const queue = fillActor(template, actor.name);
  return {
    queue,
    queueAddress: queueUrl(platform, queue),
    deadLetterQueue: platform.deadLetters ? deadLetterQueueName(queue) : undefined,
    objects: { ...queueObjects(platform, actor, queue), ...accessObjects(platform, actor, observed) },
    trigger: trigger(platform, actor, queue),
    authentication: authentication(platform),
    sidecarEnv: toEnv(platform, visibilitySeconds(platform, actor), template),
    sidecarVolumes: [],
    sidecarVolumeMounts: [],
    serviceAccountName: serviceAccountName(platform, actor),
    findings: limitFindings(platform, actor, queue),
  };
}
