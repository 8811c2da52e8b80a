import { conditionOf } from "../../core/conditions.ts";
import type { Observed } from "../../core/manifest.ts";

const CREATE_REQUESTED = "crossplane.io/external-create-succeeded";

/**
 * AWS refuses a redrive to a queue that does not exist, and a policy of a role that does not exist. n.b. Made at once, they
 * win that race or lose it; who loses is tried again after 30 to 60 s.
 */
export function isPremature(
  key: string,
  wanted: Readonly<Record<string, unknown>>,
  observed: Readonly<Record<string, Observed>>,
): boolean {
  if (key === "iam-policy") return !isReady(observed["iam-role"]);
  if (key !== "sqs-queue" || !("sqs-dlq" in wanted)) return false;
  const deadLetters = observed["sqs-dlq"];
  // n.b. Ready comes 25 s after the queue itself.
  return deadLetters?.metadata?.annotations?.[CREATE_REQUESTED] === undefined && !isReady(deadLetters);
}

function isReady(object: Observed | undefined): boolean {
  return object !== undefined && conditionOf(object, "Ready")?.status === "True";
}
