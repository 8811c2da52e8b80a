import { type Advice, withAdvice } from "../../core/advice.ts";
import { conditionOf, failed, READY, type Readiness, waiting } from "../../core/conditions.ts";
import type { Observed } from "../../core/manifest.ts";
import { bindingToo } from "./retained.ts";

/** A binding may come before its queue: the operator tries again. n.b. a missing exchange is the platform's to make. */
const PASSES_BY_ITSELF = /\(not_found\): no queue /;

const OTHER_ARGUMENTS = /inequivalent arg/;

/** In the broker's words and those of Go's network library. */
const ADVICE: Advice = [
  [
    OTHER_ARGUMENTS,
    "a queue of this name exists with other settings: set the platform's settings to them, or let it run empty and delete it in the broker",
  ],
  [
    /no exchange /,
    "make the platform's topology (compositions/platform/rabbitmq-topology.yaml), or correct the transport's exchange",
  ],
  [/vhost_not_found|no_such_vhost/, "make the vhost in the broker, or correct the transport's vhost"],
  [/401 Unauthorized/, "correct username and password in the Secret of the transport's connection"],
  [
    /access_refused|403 Forbidden/,
    "give the connection's user the tag administrator and all permissions on the vhost",
  ],
  [
    /dial tcp|no such host|connection refused|i\/o timeout|x509|EOF/,
    "the topology operator cannot reach the broker's management API: is it up, and the uri in the connection's Secret right?",
  ],
];

/** The topology operator writes one condition, Ready: False with the broker's or its own reason. */
export function readiness(key: string, object: Observed): Readiness {
  if (object.metadata?.deletionTimestamp !== undefined) return waiting("is being deleted");
  const ready = conditionOf(object, "Ready");
  if (ready?.status === "True") return READY;
  if (ready?.status === "False") {
    const message = ready.message || ready.reason || "the topology operator reports a failure";
    if (PASSES_BY_ITSELF.test(message)) return waiting(message);
    const isBound = key === "rabbitmq-queue" && OTHER_ARGUMENTS.test(message);
    return failed(
      withAdvice(steady(message), ADVICE) + (isBound ? bindingToo(object.metadata?.name ?? "") : ""),
    );
  }
  return waiting("the topology operator has not looked at it yet");
}

/** n.b. each attempt has another port of its own, and each change of a status is a call and counts in Crossplane's circuit breaker. */
function steady(message: string): string {
  return message.replaceAll(/\b[0-9.]+:[0-9]+->/g, "");
}
