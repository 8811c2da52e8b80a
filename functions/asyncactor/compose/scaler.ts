import { type Finding, finding } from "../../../core/finding.ts";
import type { Observed } from "../../../core/manifest.ts";
import type { EffectiveActor } from "./actor.ts";
import { SCALED_OBJECT_KEY } from "./objects.ts";

/**
 * KEDA is asked for until there is a ScaledObject.
 *
 * n.b. Without its kinds Crossplane stops half-way, at whichever object comes first: the queue or the workload is missing, too.
 */
export function needsScaler(
  { scaling }: EffectiveActor,
  observed: Readonly<Record<string, Observed>>,
): boolean {
  return scaling.enabled && observed[SCALED_OBJECT_KEY] === undefined;
}

/** @param served - whether the cluster serves ScaledObjects; undefined where that is not known. */
export function scalerFindings(needed: boolean, served: boolean | undefined): Finding[] {
  if (!needed || served !== false) return [];
  const message = "KEDA is missing: the cluster does not serve ScaledObject of keda.sh/v1alpha1";
  const fix = "install KEDA 2.20.2 or later (https://keda.sh/docs/latest/deploy/), or turn scaling off";
  return [finding("E028", ["spec", "scaling", "enabled"], message, fix)];
}
