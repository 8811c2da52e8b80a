import { isObject } from "../../../core/json.ts";
import type { TransportPlan } from "../../../transports/contract.ts";
import type { EffectiveActor } from "./actor.ts";

/** What may tell a pod to stop while a handler works in it. */
export type StopEvent = "rollout" | "drain" | "scale-down" | "scale to zero";

export type Trigger = TransportPlan["trigger"];

/**
 * Whatever may stop a busy pod, and nobody can prevent by waiting: KEDA takes a workload to zero only once it sees an idle
 * queue, the HPA and everything else take any pod.
 *
 * @param trigger - undefined while the transport is not known.
 */
export function stopsOfBusyPods(actor: EffectiveActor, trigger: Trigger | undefined): StopEvent[] {
  return [
    "rollout",
    "drain",
    ...(hpaTakesPods(actor) ? (["scale-down"] as const) : []),
    ...(busyLooksIdle(actor, trigger) ? (["scale to zero"] as const) : []),
  ];
}

function hpaTakesPods(actor: EffectiveActor): boolean {
  const { scaling, spec } = actor;
  const { scaleDown } = spec.scaling.behavior;
  const disabled = isObject(scaleDown) && scaleDown["selectPolicy"] === "Disabled";
  const canShrink = scaling.maxReplicas > Math.max(1, scaling.minReplicas);
  return scalesIn(actor) && canShrink && !disabled;
}

/** With a formula, what counts as idle is the user's to say: `activationTarget: 5` is idle with five messages in work. */
function busyLooksIdle(actor: EffectiveActor, trigger: Trigger | undefined): boolean {
  if (!scalesIn(actor) || actor.scaling.minReplicas > 0) return false;
  const { formula } = actor.spec.scaling.advanced;
  return formula !== undefined || (trigger !== undefined && !countsWorkInHand(trigger));
}

function scalesIn({ scaling }: EffectiveActor): boolean {
  return scaling.enabled && !scaling.paused && !scaling.pausedScaleIn;
}

/**
 * Whether KEDA counts messages that somebody works on.
 *
 * n.b. Over AMQP it asks with a passive declaration, which counts ready messages only.
 */
export function countsWorkInHand({ type, metadata }: Trigger): boolean {
  if (type === "rabbitmq")
    return metadata["protocol"] === "http" && metadata["excludeUnacknowledged"] !== "true";
  return type === "aws-sqs-queue" && metadata["scaleOnInFlight"] !== "false";
}
