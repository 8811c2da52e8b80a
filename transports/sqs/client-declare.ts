import { CreateQueueCommand } from "@aws-sdk/client-sqs";
import type { Manifest } from "../../core/manifest.ts";
import { TransportError } from "../messages.ts";
import { sqsClient } from "./client.ts";
import type { SqsSettings } from "./settings.ts";

/** Of the rendered `forProvider`; encryption and tags are left to the provider. */
const ATTRIBUTES = {
  delaySeconds: "DelaySeconds",
  maxMessageSize: "MaximumMessageSize",
  messageRetentionSeconds: "MessageRetentionPeriod",
  receiveWaitTimeSeconds: "ReceiveMessageWaitTimeSeconds",
  redrivePolicy: "RedrivePolicy",
  visibilityTimeoutSeconds: "VisibilityTimeout",
} as const;

/**
 * Makes the rendered Queue objects directly: for machines without the AWS provider.
 *
 * @param objects - as `render` makes them; other kinds are left out.
 * @throws {TransportError} where SQS refuses, as it does for a queue that exists with other attributes.
 */
export async function declareObjects(
  settings: Pick<SqsSettings, "region" | "endpoint">,
  objects: Iterable<Manifest>,
): Promise<void> {
  const client = sqsClient(settings);
  const queues = [...objects].filter(({ kind }) => kind === "Queue").map((object) => parametersOf(object));
  // A queue's dead letters must be there first.
  const sorted = queues.sort((a, b) => Number("redrivePolicy" in a) - Number("redrivePolicy" in b));
  try {
    for (const { name, ...parameters } of sorted) {
      const Attributes = attributesOf(parameters);
      await client.send(new CreateQueueCommand({ QueueName: String(name), Attributes }));
    }
  } catch (cause) {
    const where = settings.endpoint ?? `SQS in ${settings.region}`;
    throw new TransportError(`queues cannot be made on ${where}: ${(cause as Error).message}`, { cause });
  } finally {
    client.destroy();
  }
}

/** @param parameters - a rendered Queue's `forProvider`. */
export function attributesOf(parameters: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(ATTRIBUTES).flatMap(([key, attribute]) =>
      key in parameters ? [[attribute, String(parameters[key])]] : [],
    ),
  );
}

function parametersOf(object: Manifest): Record<string, unknown> {
  const spec = asRecord(object["spec"]);
  return asRecord(spec["forProvider"]);
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
