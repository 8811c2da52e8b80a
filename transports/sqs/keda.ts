import type { ActorView, TransportPlan } from "../contract.ts";
import type { SqsPlatform } from "./defaults.ts";
import { queueUrl } from "./names.ts";

export function trigger(platform: SqsPlatform, actor: ActorView, queue: string): TransportPlan["trigger"] {
  return {
    type: "aws-sqs-queue",
    name: "queueLength",
    metadata: {
      ...(platform.endpoint === undefined ? {} : { awsEndpoint: platform.endpoint }),
      awsRegion: platform.region,
      queueLength: String(actor.queueLength),
      queueURL: queueUrl(platform, queue),
      // Messages in work count, so that a busy pod is not scaled away.
      scaleOnInFlight: "true",
    },
  };
}

/** KEDA's operator asks as itself (its role needs sqs:GetQueueAttributes), or with the platform's static keys. */
export function authentication({ credentials }: SqsPlatform): Record<string, unknown> {
  if (credentials === undefined) return { podIdentity: { provider: "aws" } };
  return {
    secretTargetRef: [
      { parameter: "awsAccessKeyID", ...credentials.accessKeyIdSecretRef },
      { parameter: "awsSecretAccessKey", ...credentials.secretAccessKeySecretRef },
    ],
  };
}
