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
  /** When the object last changed (RFC 3339): the clock of a pure function. */
  changedAt: string | undefined;
}

export function workloadProgress(workload: Observed): WorkloadProgress {
  const desired = count(workload.spec?.["replicas"], 1);
  const status = workload.status ?? {};
  return {
    desired,
    total: count(status["replicas"], 0),
    ready: count(status["readyReplicas"], 0),
    rolledOut: seenByController(workload) && isRolledOut(workload, desired),
    failure: failureOf(workload),
    changedAt: newestChange(workload),
  };
}

function seenByController(workload: Observed): boolean {
  return count(workload.status?.["observedGeneration"], 0) >= (workload.metadata?.generation ?? 0);
}

function isRolledOut(workload: Observed, desired: number): boolean {
  const status = workload.status ?? {};
  const updated = count(status["updatedReplicas"], 0);
  if (updated === desired && count(status["availableReplicas"], 0) >= desired) return true;
  if (workload.kind === "StatefulSet") {
    return status["currentRevision"] === status["updateRevision"] && count(status["readyReplicas"], 0) > 0;
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
