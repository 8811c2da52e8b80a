import type { Manifest, Observed } from "../../core/manifest.ts";
import { deadLetterQueueName, END_ACTORS, queueName } from "../../core/names.ts";
import type { ActorView } from "../contract.ts";
import { identityOf, type SqsPlatform } from "./defaults.ts";
import { actorTemplate, fillActor, queueArn, roleArn, roleName } from "./names.ts";
import { compactJson, tagsOf } from "./queue.ts";

const EXTERNAL_NAME = "crossplane.io/external-name";
const POLICY_VERSION = "2012-10-17";

export function serviceAccountName(platform: SqsPlatform, actor: ActorView): string | undefined {
  return identityOf(platform) === undefined ? undefined : queueName(actor.name);
}

/** The actor's role and how its pods come to it. A role is a pod's, not a container's: the handler has it too. */
export function accessObjects(
  platform: SqsPlatform,
  actor: ActorView,
  observed: Readonly<Record<string, Observed>>,
): Record<string, Manifest> {
  const identity = identityOf(platform);
  const name = queueName(actor.name);
  const objects: Record<string, Manifest> = {};
  // n.b. Another external name would be another role in AWS: the one that exists stays.
  const role =
    observed["iam-role"]?.metadata?.annotations?.[EXTERNAL_NAME] ??
    roleName(platform, actor.namespace, actor.name);
  if (platform.createRole) {
    objects["iam-role"] = iamObject(platform, "Role", name, {
      assumeRolePolicy: compactJson(trustPolicy(platform, actor)),
      maxSessionDuration: 3_600,
      path: platform.rolePath,
      ...(platform.permissionsBoundary === undefined
        ? {}
        : { permissionsBoundary: platform.permissionsBoundary }),
      tags: tagsOf(platform, actor),
    });
    objects["iam-role"].metadata.annotations = { [EXTERNAL_NAME]: role };
    objects["iam-policy"] = iamObject(platform, "RolePolicy", name, {
      policy: compactJson(queuePolicy(platform, actor)),
      role,
    });
  }
  const arn = platform.createRole ? roleArn(platform, role) : platform.actorRoleArn;
  if (identity === "podIdentity") objects["pod-identity"] = podIdentity(platform, actor, arn);
  if (identity !== undefined) {
    const annotations =
      identity === "irsa" && arn !== undefined ? { "eks.amazonaws.com/role-arn": arn } : undefined;
    objects["service-account"] = {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name, ...(annotations === undefined ? {} : { annotations }) },
    };
  }
  return objects;
}

function iamObject(
  platform: SqsPlatform,
  kind: string,
  name: string,
  forProvider: Record<string, unknown>,
): Manifest {
  return {
    apiVersion: "iam.aws.m.upbound.io/v1beta1",
    kind,
    metadata: { name },
    spec: { managementPolicies: ["*"], providerConfigRef: platform.providerConfigRef, forProvider },
  };
}

function podIdentity(platform: SqsPlatform, actor: ActorView, arn: string | undefined): Manifest {
  const name = queueName(actor.name);
  return {
    apiVersion: "eks.aws.m.upbound.io/v1beta1",
    kind: "PodIdentityAssociation",
    metadata: { name },
    spec: {
      managementPolicies: ["*"],
      providerConfigRef: platform.providerConfigRef,
      forProvider: {
        region: platform.region,
        clusterName: platform.eksCluster,
        namespace: actor.namespace,
        serviceAccount: name,
        roleArn: arn,
        tags: tagsOf(platform, actor),
      },
    },
  };
}

/** Who may take the role: pods with the actor's ServiceAccount, and nobody else. */
function trustPolicy(platform: SqsPlatform, actor: ActorView): object {
  const serviceAccount = queueName(actor.name);
  const { oidcProviderArn } = platform;
  if (oidcProviderArn === undefined) {
    return policy({
      Effect: "Allow",
      Principal: { Service: "pods.eks.amazonaws.com" },
      Action: ["sts:AssumeRole", "sts:TagSession"],
      Condition: {
        StringEquals: {
          "aws:RequestTag/kubernetes-namespace": actor.namespace,
          "aws:RequestTag/kubernetes-service-account": serviceAccount,
        },
      },
    });
  }
  const issuer = oidcProviderArn.slice(oidcProviderArn.indexOf("/") + 1);
  return policy({
    Effect: "Allow",
    Principal: { Federated: oidcProviderArn },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: {
        [`${issuer}:aud`]: "sts.amazonaws.com",
        [`${issuer}:sub`]: `system:serviceaccount:${actor.namespace}:${serviceAccount}`,
      },
    },
  });
}

/** Read the own queue; send to the successors, the own queue (retry), its dead letters and the end actors. */
export function queuePolicy(platform: SqsPlatform, actor: ActorView): object {
  const template = actorTemplate(platform, actor.namespace);
  const arnOf = (name: string) => queueArn(platform, fillActor(template, name));
  const deadLetters = queueArn(platform, deadLetterQueueName(fillActor(template, actor.name)));
  const targets =
    actor.sendTo === undefined ? ["*"] : [...new Set([...actor.sendTo, actor.name, ...END_ACTORS])].sort();
  return policy(
    {
      Sid: "ReadOwnQueue",
      Effect: "Allow",
      Action: [
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "sqs:ReceiveMessage",
      ],
      Resource: arnOf(actor.name),
    },
    {
      Sid: "Send",
      Effect: "Allow",
      // GetQueueUrl: Asya 0.1's sidecar looks every target up by its name.
      Action: ["sqs:GetQueueUrl", "sqs:SendMessage"],
      Resource: targets.map(arnOf),
    },
    ...(platform.deadLetters
      ? [
          {
            Sid: "BuryInOwnDeadLetters",
            Effect: "Allow",
            Action: ["sqs:GetQueueUrl", "sqs:SendMessage"],
            Resource: deadLetters,
          },
        ]
      : []),
    ...(platform.deadLetters && actor.redriving === true
      ? [
          {
            Sid: "RedriveOwnDeadLetters",
            Effect: "Allow",
            Action: [
              "sqs:ChangeMessageVisibility",
              "sqs:DeleteMessage",
              "sqs:GetQueueAttributes",
              "sqs:ReceiveMessage",
            ],
            Resource: deadLetters,
          },
        ]
      : []),
  );
}

function policy(...statements: object[]): object {
  return { Version: POLICY_VERSION, Statement: statements };
}
