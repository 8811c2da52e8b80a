import type { Manifest, Metadata, Observed } from "../../../core/manifest.ts";
import { triggerAuthenticationName } from "../../../core/names.ts";
import type { TransportPlan } from "../../../transports/contract.ts";
import { objectLabels, selectorLabels } from "./labels.ts";
import type { ActorPlan } from "./plan.ts";
import { isWarmingUp, scaledObject, triggerAuthentication } from "./scaling.ts";
import { workload } from "./workload.ts";

export const SCALED_OBJECT_KEY = "scaled-object";
export const TRIGGER_AUTHENTICATION_KEY = "trigger-authentication";

export function workloadKey(plan: ActorPlan): "deployment" | "statefulset" {
  return plan.actor.spec.workload.kind === "StatefulSet" ? "statefulset" : "deployment";
}

/**
 * Every object of an actor by its resource key. Which keys there are depends on actor and platform alone, never on what
 * is observed.
 *
 * @param running - the workload as it is, observed or about to be adopted.
 * @param warmedUp - the workload was ready once.
 * @param awake - `asya.sh/wake` asks for a replica now.
 */
export function renderObjects(
  plan: ActorPlan,
  transportPlan: TransportPlan,
  running: Observed | undefined,
  warmedUp: boolean,
  awake: boolean,
): Record<string, Manifest> {
  const { actor, platform } = plan;
  const metadata = (name: string): Metadata => objectMetadata(plan, { name });
  const objects: Record<string, Manifest> = {};
  for (const [key, manifest] of Object.entries(transportPlan.objects)) {
    objects[key] = { ...manifest, metadata: objectMetadata(plan, manifest.metadata) };
  }
  objects[workloadKey(plan)] = workload(actor, platform, transportPlan, workloadMetadata(plan), running);
  if (actor.scaling.enabled) {
    const authentication = triggerAuthentication(
      transportPlan,
      metadata(triggerAuthenticationName(actor.name)),
    );
    if (authentication !== undefined) objects[TRIGGER_AUTHENTICATION_KEY] = authentication;
    const stirring = { warmingUp: isWarmingUp(actor, warmedUp, running), awake };
    objects[SCALED_OBJECT_KEY] = scaledObject(actor, transportPlan, metadata(actor.name), stirring);
  }
  return objects;
}

export function objectMetadata({ actor }: ActorPlan, special: Metadata): Metadata {
  const annotations = { ...actor.spec.annotations, ...special.annotations };
  return {
    ...special,
    namespace: actor.namespace,
    labels: { ...objectLabels(actor), ...special.labels },
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

function workloadMetadata(plan: ActorPlan): Metadata {
  const metadata = objectMetadata(plan, { name: plan.actor.name });
  return { ...metadata, labels: { ...metadata.labels, ...selectorLabels(plan.actor) } };
}
