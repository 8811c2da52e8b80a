import {
  AUTO_CREATE,
  DLQ_ENABLED,
  FORCE_RECREATE,
  MAX_RETRY_COUNT,
  SECRET_KEY_REF,
} from "../config-parts.ts";
import type { FromSchema } from "../config-type.ts";

/** `transports.<name>.config` where `type: sqs`. */
export const SQS_CONFIG_SCHEMA = {
  type: "object",
  additionalProperties: false,
  required: ["region", "accountId"],
  properties: {
    region: {
      type: "string",
      pattern: "^[a-z]{2,}(-[a-z]+)+-[0-9]+$",
      description: "AWS region, such as eu-central-1.",
    },
    accountId: {
      type: "string",
      pattern: "^[0-9]{12}$",
      description: "AWS account, 12 digits in quotes. Queue URLs and ARNs are computed from it.",
    },
    partition: {
      type: "string",
      enum: ["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b"],
      description: "AWS partition (default aws).",
    },
    endpoint: {
      type: "string",
      pattern: "^https?://[^/@\\s]+$",
      description:
        "Address of an SQS-compatible server instead of AWS, without path, such as http://elasticmq.asya:9324.",
    },
    actorRoleArn: {
      type: "string",
      pattern: "^arn:aws[a-z-]*:iam::[0-9]{12}:role/[!-~]+$",
      description: "Existing IAM role that all actors take, where iam.create is false.",
    },
    queueName: {
      type: "string",
      pattern: "^(?=.*\\{actor\\})([A-Za-z0-9_-]|\\{(actor|namespace|cluster)\\})+$",
      description:
        "Template of queue names (default asya-{actor}); {namespace} and {cluster} (podIdentity.eksCluster) may be used. At most 80 characters with the actor's name and -dlq.",
    },
    visibilityTimeout: {
      type: "integer",
      minimum: 1,
      maximum: 43200,
      description: "Seconds a received message stays hidden (default: twice the actor's processing timeout).",
    },
    waitTimeSeconds: { type: "integer", minimum: 0, maximum: 20, description: "Long polling (default 20)." },
    retentionSeconds: {
      type: "integer",
      minimum: 60,
      maximum: 1209600,
      description: "How long a queue keeps messages (default 1209600, 14 days).",
    },
    providerConfigRef: {
      type: "object",
      additionalProperties: false,
      required: ["name"],
      description: "Provider configuration of the AWS objects (default ClusterProviderConfig default).",
      properties: {
        name: { type: "string", minLength: 1, maxLength: 253 },
        kind: { type: "string", enum: ["ClusterProviderConfig", "ProviderConfig"] },
      },
    },
    credentials: {
      type: "object",
      additionalProperties: false,
      required: ["accessKeyIdSecretRef", "secretAccessKeySecretRef"],
      description:
        "Static keys for sidecar and KEDA, where there is no role. Secrets in the actor's namespace.",
      properties: { accessKeyIdSecretRef: SECRET_KEY_REF, secretAccessKeySecretRef: SECRET_KEY_REF },
    },
    iam: {
      type: "object",
      additionalProperties: false,
      properties: {
        create: {
          type: "boolean",
          description: "An IAM role with the least permissions per actor (default false).",
        },
        path: {
          type: "string",
          pattern: "^/([!-~]+/)?$",
          maxLength: 512,
          description: "Path of the roles (default /).",
        },
        permissionsBoundary: {
          type: "string",
          pattern: "^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/[!-~]+$",
          description: "ARN of the policy that bounds the roles.",
        },
        oidcProviderArn: {
          type: "string",
          pattern: "^arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/[!-~]+$",
          description:
            "OIDC provider of the cluster. When set, pods take their role by IRSA; otherwise by EKS Pod Identity.",
        },
      },
    },
    podIdentity: {
      type: "object",
      additionalProperties: false,
      required: ["eksCluster"],
      properties: {
        eksCluster: {
          type: "string",
          pattern: "^[A-Za-z0-9][A-Za-z0-9_-]*$",
          maxLength: 100,
          description:
            "Name of the EKS cluster: pods take their role by EKS Pod Identity; also fills {cluster} in queueName.",
        },
      },
    },
    queues: {
      type: "object",
      additionalProperties: false,
      properties: {
        autoCreate: AUTO_CREATE,
        forceRecreate: FORCE_RECREATE,
        dlq: {
          type: "object",
          additionalProperties: false,
          properties: {
            enabled: DLQ_ENABLED,
            maxRetryCount: MAX_RETRY_COUNT,
            retentionDays: {
              type: "integer",
              minimum: 1,
              maximum: 14,
              description: "How long dead letters are kept (default 14 days).",
            },
          },
        },
      },
    },
    tags: {
      type: "object",
      maxProperties: 40,
      additionalProperties: { type: "string", maxLength: 256 },
      description: "Tags of every AWS object; asya.sh/actor and asya.sh/namespace are added.",
    },
  },
} as const;

/** The config as the platform's owner writes it. */
export type SqsConfig = FromSchema<typeof SQS_CONFIG_SCHEMA>;
