import { withAdvice } from "../../../core/advice.ts";
import { conditionOf } from "../../../core/conditions.ts";
import type { Observed } from "../../../core/manifest.ts";
import { WORKLOAD_ADVICE } from "./workload-advice.ts";
import { deploymentRollout, type PodCounts, statefulSetRollout } from "./rollout.ts";

/** What a Deployment's or StatefulSet's controller says about its pods. `desired` is what KEDA or we want now. */
export interface WorkloadProgress extends Omit<PodCounts, "available"> {
  kind: string;
  name: string;
  /** The newest template runs everywhere it should, or nothing should run. */
  rolledOut: boolean;
  /** Why pods of an older template stay although nothing is wrong; "" where none does. */
  held: string;
  /** The controller's own words, and what to do, where it cannot go on; "" otherwise. */
  failure: string;
  /** The failure is no more than that a rollout takes too long. */
  stalled?: boolean;
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
  const { available, ...pods } = podCounts(workload);
  const seen = seenByController(workload);
  // A new number of replicas that the controller has not seen yet is no rollout; any other change begins one.
  const known = seen || (earlier !== undefined && earlier.desired !== pods.desired);
  const rolloutOf = workload.kind === "StatefulSet" ? statefulSetRollout : deploymentRollout;
  const { complete, held } = rolloutOf(workload, { ...pods, available }, earlier?.rolledOutOnce === true);
  return {
    kind: workload.kind ?? "",
    name: workload.metadata?.name ?? "",
    ...pods,
    rolledOut: known && complete,
    held: known ? held : "",
    failure: known ? failureOf(workload) : "",
    ...(known && isStalled(workload) ? { stalled: true } : {}),
    changedAt: seen ? newestChange(workload) : undefined,
  };
}

function podCounts({ spec, status }: Observed): PodCounts {
  const count = (field: string) => number(status?.[field], 0);
  return {
    desired: number(spec?.["replicas"], 1),
    total: count("replicas"),
    updated: count("updatedReplicas"),
    ready: count("readyReplicas"),
    available: count("availableReplicas"),
  };
}

function seenByController({ metadata, status }: Observed): boolean {
  return number(status?.["observedGeneration"], 0) >= (metadata?.generation ?? 0);
}

function failureOf(workload: Observed): string {
  const refused = conditionOf(workload, "ReplicaFailure");
  if (refused?.status === "True") return advised(refused);
  const progressing = conditionOf(workload, "Progressing");
  if (progressing?.status === "False") return advised(progressing);
  return "";
}

function advised({ message, reason }: { message: string; reason: string }): string {
  return withAdvice(message || reason, WORKLOAD_ADVICE);
}

function isStalled(workload: Observed): boolean {
  const refused = conditionOf(workload, "ReplicaFailure")?.status === "True";
  return !refused && conditionOf(workload, "Progressing")?.reason === "ProgressDeadlineExceeded";
}

function newestChange({ metadata }: Observed): string | undefined {
  const times = (metadata?.managedFields ?? []).flatMap(({ time }) => (time === undefined ? [] : [time]));
  return times.length === 0 ? metadata?.creationTimestamp : times.reduce((a, b) => (a > b ? a : b));
}

function number(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}
