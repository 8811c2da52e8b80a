import type { Kubernetes } from "../kubernetes.ts";
import type { AwsPlace } from "./place.ts";

const SECRET = "sqs-keys";

/** `transports.sqs`: a role per actor as on EKS, and static keys, since nothing here would give a pod its role. */
export function sqsTransport({ endpoint, region, accountId }: AwsPlace): object {
  return {
    type: "sqs",
    enabled: true,
    config: {
      region,
      accountId,
      endpoint,
      queueName: "{namespace}_{actor}",
      credentials: {
        accessKeyIdSecretRef: { name: SECRET, key: "id" },
        secretAccessKeySecretRef: { name: SECRET, key: "secret" },
      },
      iam: {
        create: true,
        path: "/asya/",
        oidcProviderArn: `arn:aws:iam::${accountId}:oidc-provider/oidc.eks.${region}.amazonaws.com/id/E2E`,
      },
      queues: { dlq: { maxRetryCount: 7, retentionDays: 3 } },
      retentionSeconds: 86_400,
      tags: { team: "e2e" },
    },
  };
}

export function keysSecret({ keys }: AwsPlace): object {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: SECRET },
    stringData: { id: keys.accessKeyId, secret: keys.secretAccessKey },
  };
}

/** In the settings that this Composition reads; null takes the transport away. */
export function configureSqs(kubernetes: Kubernetes, composition: string, transport: object | null): void {
  const settings = kubernetes.kubectl([
    "get",
    "composition",
    composition,
    "--output",
    "jsonpath={.spec.pipeline[0].requirements.requiredResources[?(@.requirementName=='platform')].name}",
  ]);
  const change = JSON.stringify({ data: { transports: { sqs: transport } } });
  kubernetes.kubectl(["patch", "environmentconfig", settings, "--type=merge", "--patch", change]);
}
