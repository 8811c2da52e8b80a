import { type FieldPath, type Finding, finding, quoteValue } from "../../core/finding.ts";
import type { RabbitmqConfig } from "./config.ts";
import { brokerVersionOf, isAtLeast, withDefaults } from "./defaults.ts";

/** What the schema cannot say about a config that fits it. */
export function checkConfig(config: RabbitmqConfig, base: FieldPath): Finding[] {
  return [
    ...connectionFindings(config, base),
    ...versionFindings(config, base),
    ...lossFindings(config, base),
    ...idleFindings(config, base),
  ];
}

function connectionFindings(config: RabbitmqConfig, base: FieldPath): Finding[] {
  const { autoCreate, access, clusterReference } = withDefaults(config);
  if (clusterReference !== undefined || (!autoCreate && access === "shared")) return [];
  const message = "is not set, and the messaging topology operator needs it to reach the broker";
  return [
    finding(
      "E013",
      [...base, "connection"],
      message,
      "set connection.clusterReference.name or connection.secretName",
    ),
  ];
}

function versionFindings({ brokerVersion }: RabbitmqConfig, base: FieldPath): Finding[] {
  if (brokerVersion === undefined || isAtLeast(brokerVersionOf(brokerVersion), 3, 10)) return [];
  const message = `must be 3.10 or later (got ${quoteValue(brokerVersion)})`;
  return [finding("E012", [...base, "brokerVersion"], message, "upgrade the broker")];
}

function lossFindings(config: RabbitmqConfig, base: FieldPath): Finding[] {
  if (config.queues?.dlq?.enabled !== false) return [];
  const { queueType, brokerVersion } = withDefaults(config);
  const path = [...base, "queues", "dlq", "enabled"];
  // Quorum queues of 4.0 and later drop at the 21st delivery what has no dead-letter queue, unless the limit is -1.
  const message =
    queueType === "quorum" && brokerVersion === undefined
      ? "without a dead-letter queue a broker of version 4.0 or later drops a message after 20 deliveries"
      : "without a dead-letter queue a message that kills its reader is delivered for ever, and a rejected one is dropped";
  const fix =
    brokerVersion === undefined ? "enable it, or set brokerVersion so that the limit is lifted" : "enable it";
  return [finding("W002", path, message, fix)];
}

/** Settings that are accepted and do nothing. */
function idleFindings(config: RabbitmqConfig, base: FieldPath): Finding[] {
  const { queueType, access, tls } = withDefaults(config);
  const classic = "classic queues count no deliveries";
  const perActor = "with access: perActor every actor has its own user";
  const off = "tls.enabled is not true";
  const idle: [boolean, string[], string][] = [
    [
      config.queues?.forceRecreate === true,
      ["queues", "forceRecreate"],
      "a queue is never recreated behind its messages",
    ],
    [queueType === "classic" && config.deliveryLimit !== undefined, ["deliveryLimit"], classic],
    [
      queueType === "classic" && config.queues?.dlq?.maxRetryCount !== undefined,
      ["queues", "dlq", "maxRetryCount"],
      classic,
    ],
    [access === "perActor" && config.username !== undefined, ["username"], perActor],
    [access === "perActor" && config.passwordSecretRef !== undefined, ["passwordSecretRef"], perActor],
    [!tls && config.tls?.caSecretRef !== undefined, ["tls", "caSecretRef"], off],
    [!tls && config.tls?.certSecretRef !== undefined, ["tls", "certSecretRef"], off],
  ];
  return idle.flatMap(([found, path, why]) =>
    found ? [finding("W003", [...base, ...path], `has no effect: ${why}`, "remove it")] : [],
  );
}
