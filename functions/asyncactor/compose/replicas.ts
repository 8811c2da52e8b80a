import { isObject } from "../../../core/json.ts";
import type { Observed } from "../../../core/manifest.ts";

/** Crossplane's field manager for composed objects: this prefix and a hash. */
const CROSSPLANE_MANAGER = "apiextensions.crossplane.io/composed";

/** What goes into the workload's manifest about its replicas. */
export interface ReplicasHandOver {
  replicas?: number;
  resourceVersion?: string;
}

/**
 * Who sets `spec.replicas`: without scaling we do. With scaling it is KEDA's, but a Deployment created without the field
 * gets 1, and a sole owner that stops applying it resets it to 1, so: the number at creation; then the observed number as
 * long as our own apply entry still owns the field, guarded by the resource version (a stale one is refused with 409
 * instead of undoing KEDA's 0 -> 1); then never again. Measured in shared/facts/cluster.md a.
 *
 * @param firstReplicas - the number that the workload is created with.
 */
export function handOverReplicas(
  scaling: boolean,
  firstReplicas: number,
  observed: Observed | undefined,
): ReplicasHandOver {
  if (!scaling || observed === undefined) return { replicas: firstReplicas };
  if (!ownsReplicas(observed)) return {};
  const replicas = observed.spec?.["replicas"];
  const resourceVersion = observed.metadata?.resourceVersion;
  return {
    replicas: typeof replicas === "number" ? replicas : 1,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

function ownsReplicas(observed: Observed): boolean {
  return (observed.metadata?.managedFields ?? []).some((entry) => {
    if (entry.operation !== "Apply" || !entry.manager?.startsWith(CROSSPLANE_MANAGER)) return false;
    const spec = entry.fieldsV1?.["f:spec"];
    return isObject(spec) && "f:replicas" in spec;
  });
}
