import { conditionOf } from "../../../core/conditions.ts";
import type { Observed } from "../../../core/manifest.ts";

/** What a Deployment's or StatefulSet's controller says about its pods. */
export interface WorkloadProgress {
  /** `spec.replicas`: what KEDA or we want now. */
  desired: number;
  total: number;
  ready: number;
  /** The newest template runs everywhere it should, or nothing should run. */
  rolledOut: boolean;
  /** The controller's own words where it cannot go on; "" otherwise. */
  failure: string;
  /**
   * When the controller last wrote about it (RFC 3339): the clock of a pure function. Undefined until the controller has
   * seen the newest spec.
   *
   * n.b. A change through the scale subresource, KEDA's and the HPA's way, leaves no time in managedFields: the newest one
   * there can be from long before.
   */
  changedAt: string | undefined;
}

/** What was known about a workload before; undefined before it was first seen. */
export interface EarlierProgress {
  desired: number;
  /** A rollout was complete at some time. */
  rolledOutOnce: boolean;
}

export function workloadProgress(workload: Observed, earlier?: EarlierProgress): WorkloadProgress {
  const desired = count(workload.spec?.["replicas"], 1);
  const status = workload.status ?? {};
  const seen = seenByController(workload);
  const rescaled = earlier !== undefined && earlier.desired !== desired;
  return {
    desired,
    total: count(status["replicas"], 0),
    ready: count(status["readyReplicas"], 0),
    // A new number of replicas that the controller has not seen yet is no rollout.
    rolledOut: (seen || rescaled) && isRolledOut(workload, desired, earlier?.rolledOutOnce === true),
    failure: failureOf(workload),
    changedAt: seen ? newestChange(workload) : undefined,
  };
}

function seenByController(workload: Observed): boolean {
  return count(workload.status?.["observedGeneration"], 0) >= (workload.metadata?.generation ?? 0);
}

function isRolledOut(workload: Observed, desired: number, before: boolean): boolean {
  const status = workload.status ?? {};
  const updated = count(status["updatedReplicas"], 0);
  if (updated === desired && count(status["availableReplicas"], 0) >= desired) return true;
  if (workload.kind === "StatefulSet") {
    // n.b. a StatefulSet's first rollout has equal revisions from its start.
    const oneRevision = status["currentRevision"] === status["updateRevision"];
    return oneRevision && (before || count(status["readyReplicas"], 0) > 0);
  }
  // n.b. the reason stays NewReplicaSetAvailable while KEDA scales a Deployment that rolled out once.
  return conditionOf(workload, "Progressing")?.reason === "NewReplicaSetAvailable";
}

function failureOf(workload: Observed): string {
  const refused = conditionOf(workload, "ReplicaFailure");
  if (refused?.status === "True") return refused.message || refused.reason;
  const progressing = conditionOf(workload, "Progressing");
  if (progressing?.status === "False") return progressing.message || progressing.reason;
  return "";
}

function newestChange(workload: Observed): string | undefined {
  const times = (workload.metadata?.managedFields ?? []).flatMap(({ time }) =>
    time === undefined ? [] : [time],
  );
  return times.length === 0 ? workload.metadata?.creationTimestamp : times.reduce((a, b) => (a > b ? a : b));
}

function count(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}
