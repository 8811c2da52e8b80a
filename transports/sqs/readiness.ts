import { type Advice, withAdvice } from "../../core/advice.ts";
import {
  conditionOf,
  failed,
  type ObservedCondition,
  READY,
  type Readiness,
  waiting,
} from "../../core/conditions.ts";
import type { Observed } from "../../core/manifest.ts";

/**
 * Objects of one actor are made at once and wait for each other: until the other one is there AWS refuses, and the
 * provider tries again. A queue's name is blocked for 60 s after its deletion.
 */
const PASSES_BY_ITSELF =
  /NonExistentQueue|QueueDoesNotExist|Dead letter target does not exist|NoSuchEntity|QueueDeletedRecently|cannot resolve references/;

/** In the words of AWS, the provider and Go's network library. */
const ADVICE: Advice = [
  [/AccessDenied|not authorized/, "the provider's role needs this right (providerConfigRef)"],
  [
    /InvalidClientTokenId|UnrecognizedClient|ExpiredToken|SignatureDoesNotMatch/,
    "correct the credentials of the provider's configuration (providerConfigRef)",
  ],
  [
    /ProviderConfig\b.*not found/,
    "make it, or correct the transport's providerConfigRef in the platform's settings",
  ],
  [
    /dial tcp|no such host|connection refused|i\/o timeout/,
    "the AWS provider cannot reach AWS, or the endpoint of its configuration",
  ],
];

/**
 * From the provider's conditions: Synced False or a failed operation is what AWS or the provider said; Ready True is what
 * the provider believed last (n.b. it stays True while AWS is out of reach, and for up to 3 min after a queue is gone).
 */
export function readiness(key: string, object: Observed): Readiness {
  if (object.metadata?.deletionTimestamp !== undefined) return waiting("is being deleted");
  if (key === "service-account") return READY;
  const broken = ["Synced", "LastAsyncOperation"]
    .map((type) => conditionOf(object, type))
    .find((condition) => condition?.status === "False");
  if (broken !== undefined) return judge(broken);
  const ready = conditionOf(object, "Ready");
  if (ready?.status === "True") return READY;
  return waiting(ready?.message || reasonText(key, ready));
}

function judge(condition: ObservedCondition): Readiness {
  const message = condition.message || condition.reason || "the provider reports a failure";
  return PASSES_BY_ITSELF.test(message)
    ? waiting(steady(message))
    : failed(withAdvice(steady(message), ADVICE));
}

/** n.b. each attempt has another request id, and each change of a status counts in Crossplane's circuit breaker. */
function steady(message: string): string {
  return message.replaceAll(/,? ?\b(RequestID|HostID|request id): ?[\w+/=-]*/gi, "");
}

function reasonText(key: string, ready: ObservedCondition | undefined): string {
  if (ready?.reason === "Creating")
    return key.startsWith("sqs-")
      ? "is being made (a queue takes about 25 s until its provider reports it)"
      : "is being made";
  return ready?.reason || "the AWS provider has not looked at it yet";
}
