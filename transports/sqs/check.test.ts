import { expect, it } from "vitest";
import { formatPath } from "../../core/finding.ts";
import { checkConfig } from "./check.ts";
import type { SqsConfig } from "./config.ts";

const GOOD: SqsConfig = { region: "eu-central-1", accountId: "123456789012" };
const ROLE = "arn:aws:iam::123456789012:role/actors";
const CREDENTIALS = {
  accessKeyIdSecretRef: { name: "sqs", key: "id" },
  secretAccessKeySecretRef: { name: "sqs", key: "secret" },
};

function check(config: Partial<SqsConfig>): [string, string][] {
  return checkConfig({ ...GOOD, ...config }, ["config"]).map(({ code, path }) => [code, formatPath(path)]);
}

it.each<[string, Partial<SqsConfig>, [string, string][]]>([
  ["a config that does what it says", {}, []],
  ["China in the wrong partition", { region: "cn-north-1" }, [["E012", "config.partition"]]],
  ["GovCloud in its own", { region: "us-gov-west-1", partition: "aws-us-gov" }, []],
  ["an ordinary region in China's partition", { partition: "aws-cn" }, [["E012", "config.partition"]]],
  ["isolated regions", { region: "us-isob-east-1", partition: "aws-iso-b" }, []],
  ["{cluster} of no cluster", { queueName: "{cluster}-{actor}" }, [["E013", "config.queueName"]]],
  ["{cluster} of a cluster", { queueName: "{cluster}-{actor}", podIdentity: { eksCluster: "prod" } }, []],
  ["a role that no pod can take", { iam: { create: true } }, [["E013", "config.iam.create"]]],
  [
    "two roles",
    { iam: { create: true }, podIdentity: { eksCluster: "prod" }, actorRoleArn: ROLE },
    [["W003", "config.actorRoleArn"]],
  ],
  ["keys and a role", { actorRoleArn: ROLE, credentials: CREDENTIALS }, [["W003", "config.credentials"]]],
  ["keys alone", { credentials: CREDENTIALS }, []],
  ["forceRecreate", { queues: { forceRecreate: true } }, [["W003", "config.queues.forceRecreate"]]],
  ["no dead letters", { queues: { dlq: { enabled: false } } }, [["W002", "config.queues.dlq.enabled"]]],
])("%s", (_title, config, findings) => {
  expect(check(config)).toEqual(findings);
});
