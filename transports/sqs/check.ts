import { type FieldPath, type Finding, finding, quoteValue } from "../../core/finding.ts";
import type { SqsConfig } from "./config.ts";
import { identityOf, withDefaults } from "./defaults.ts";

/** What the schema cannot say about a config that fits it. */
export function checkConfig(config: SqsConfig, base: FieldPath): Finding[] {
  return [
    ...partitionFindings(config, base),
    ...templateFindings(config, base),
    ...identityFindings(config, base),
    ...queueFindings(config, base),
  ];
}

/** Region names begin with what tells the partition; `aws` has all the others. */
const PARTITION_OF_REGION: readonly [prefix: string, partition: string][] = [
  ["cn-", "aws-cn"],
  ["us-gov-", "aws-us-gov"],
  ["us-isob-", "aws-iso-b"],
  ["us-iso-", "aws-iso"],
  ["eusc-", "aws-eusc"],
];

function partitionFindings(config: SqsConfig, base: FieldPath): Finding[] {
  const { region, partition } = withDefaults(config);
  const expected = PARTITION_OF_REGION.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "aws";
  if (partition === expected) return [];
  const message = `must be ${expected} for region ${region} (got ${quoteValue(partition)})`;
  return [finding("E012", [...base, "partition"], message, `set it to ${expected}, or correct the region`)];
}

function templateFindings(config: SqsConfig, base: FieldPath): Finding[] {
  const { queueTemplate, eksCluster } = withDefaults(config);
  if (!queueTemplate.includes("{cluster}") || eksCluster !== undefined) return [];
  const message = `uses {cluster}, but podIdentity.eksCluster is not set (got ${quoteValue(queueTemplate)})`;
  return [
    finding(
      "E013",
      [...base, "queueName"],
      message,
      "set podIdentity.eksCluster, or write the cluster's name out",
    ),
  ];
}

function identityFindings(config: SqsConfig, base: FieldPath): Finding[] {
  const platform = withDefaults(config);
  const found: Finding[] = [];
  if (platform.createRole && identityOf(platform) === undefined) {
    const message = "is true, but nothing says how pods take the role";
    const fix = "set podIdentity.eksCluster (EKS Pod Identity) or iam.oidcProviderArn (IRSA)";
    found.push(finding("E013", [...base, "iam", "create"], message, fix));
  }
  if (platform.createRole && platform.actorRoleArn !== undefined) {
    found.push(idle([...base, "actorRoleArn"], "with iam.create every actor has its own role"));
  }
  if (platform.credentials !== undefined && identityOf(platform) !== undefined) {
    const message = "are used by the AWS SDK instead of the actors' role";
    found.push(finding("W003", [...base, "credentials"], message, "remove the credentials or the role"));
  }
  return found;
}

function queueFindings({ queues }: SqsConfig, base: FieldPath): Finding[] {
  const found: Finding[] = [];
  if (queues?.forceRecreate === true) {
    found.push(idle([...base, "queues", "forceRecreate"], "a queue is never recreated behind its messages"));
  }
  if (queues?.dlq?.enabled === false) {
    const message =
      "without a dead-letter queue a message that kills its reader comes back until its retention ends, then it is gone";
    found.push(finding("W002", [...base, "queues", "dlq", "enabled"], message, "enable it"));
  }
  return found;
}

function idle(path: FieldPath, why: string): Finding {
  return finding("W003", path, `has no effect: ${why}`, "remove it");
}
