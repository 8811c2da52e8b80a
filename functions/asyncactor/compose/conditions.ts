import type { Readiness } from "../../../core/conditions.ts";
import { isPodState } from "./observed.ts";
import type { ActorState } from "./state.ts";
import type { WorkloadProgress } from "./workload-progress.ts";

export interface Condition {
  type: "TransportReady" | "WorkloadReady" | "ScalingReady";
  status: "True" | "False" | "Unknown";
  /** 0.1's reasons where it had one for the case. */
  reason: string;
  message: string;
}

export interface ConditionFacts {
  transport: Readiness | undefined;
  /** A setting that the queue cannot follow, although it works. */
  transportNote: string;
  workload: WorkloadProgress | undefined;
  /** What a stop of its pods can do to work in hand. */
  workloadNote: string;
  scaling: Readiness | undefined;
  scalingEnabled: boolean;
  /** A condition that was set once must be set for ever: nothing can take it away again. */
  hadScalingCondition: boolean;
  state: ActorState;
}

export function conditions(facts: ConditionFacts): Condition[] {
  return [transportCondition(facts), workloadCondition(facts), ...scalingCondition(facts)];
}

/** All of ours False for one reason: nothing can be said about the parts. */
export function allFalse(reason: string, message: string): Condition[] {
  return (["TransportReady", "WorkloadReady", "ScalingReady"] as const).map((type) => ({
    type,
    status: "False",
    reason,
    message,
  }));
}

function transportCondition({ transport, transportNote }: ConditionFacts): Condition {
  const type = "TransportReady";
  if (transport === undefined) return no(type, "Creating", "the queue is being created");
  if (transport.failed) return no(type, "InvalidTransport", transport.message);
  if (!transport.ready) return no(type, "Creating", transport.message);
  return yes(type, "TransportValidated", transportNote);
}

/**
 * n.b. Crossplane writes a condition whose text changed two or three times for one answer, and each write counts in its
 * circuit breaker: how many replicas are ready stands in the status fields only.
 */
function workloadCondition({ workload, workloadNote, state }: ConditionFacts): Condition {
  const type = "WorkloadReady";
  if (workload === undefined) return no(type, "Creating", "the workload is being created");
  const podsFail = state.state === "Degraded" || isPodState(state.state);
  if (workload.failure !== "" && !podsFail) return no(type, "ReconcileError", workload.failure);
  if (podsFail && !state.healthy) return no(type, "PodsNotHealthy", state.message);
  if (!workload.rolledOut)
    return no(type, "RollingOut", "the newest template does not run in all replicas yet");
  return yes(type, "WorkloadCreated", workloadNote);
}

function scalingCondition({
  transport,
  scaling,
  scalingEnabled,
  hadScalingCondition,
}: ConditionFacts): Condition[] {
  const type = "ScalingReady";
  if (!scalingEnabled)
    return hadScalingCondition ? [yes(type, "ScalingOff", "scaling.enabled is false")] : [];
  if (scaling === undefined) return [no(type, "Creating", "the ScaledObject is being created")];
  if (scaling.ready) return [yes(type, "ScaledObjectCreated", "")];
  // KEDA cannot read a queue that is not there.
  if (scaling.failed && transport?.ready) return [no(type, "ReconcileError", scaling.message)];
  // KEDA's words change several times until it is ready; they stand in status.objects.
  return [no(type, "Creating", "the ScaledObject is not ready yet")];
}

function yes(type: Condition["type"], reason: string, message: string): Condition {
  return { type, status: "True", reason, message };
}

function no(type: Condition["type"], reason: string, message: string): Condition {
  return { type, status: "False", reason, message };
}
