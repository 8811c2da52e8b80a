import type { Readiness } from "../../../core/conditions.ts";
import { DEGRADED_AFTER_MS } from "./defaults.ts";
import type { WorkloadProgress } from "./workload-progress.ts";

export type State =
  | "Creating"
  | "Running"
  | "Napping"
  | "ScalingUp"
  | "ScalingDown"
  | "Updating"
  | "Degraded"
  | "TransportError"
  | "WorkloadError"
  | "ScalingError";

/** The facts that the state is read from; readiness is undefined for an object that does not exist yet. */
export interface StateFacts {
  transport: Readiness | undefined;
  scaling: Readiness | undefined;
  scalingEnabled: boolean;
  workload: WorkloadProgress | undefined;
  /** True once a rollout was seen complete: a later one is an update, not the creation. */
  createdBefore: boolean;
  /** A replica was ready at some time. */
  everReady: boolean;
  /** Since when fewer replicas are ready than wanted; RFC 3339. */
  shortSince: string | undefined;
  now: Date;
}

export interface ActorState {
  state: State;
  message: string;
  /** The actor does what it should; at zero on purpose as well. */
  healthy: boolean;
  /** Milliseconds until the state changes by time alone. */
  changesInMs: number | undefined;
}

/** The one word for an actor, in SPEC's order of priority; the states that need no look at pods. */
export function actorState(facts: StateFacts): ActorState {
  const { transport, scaling, scalingEnabled, workload } = facts;
  if (transport === undefined || workload === undefined || (scalingEnabled && scaling === undefined)) {
    return unhealthy("Creating", "objects are being created");
  }
  if (transport.failed) return unhealthy("TransportError", transport.message);
  if (!transport.ready) return unhealthy("Creating", transport.message);
  if (workload.failure !== "") return unhealthy("WorkloadError", workload.failure);
  if (scalingEnabled && scaling?.failed) return unhealthy("ScalingError", scaling.message);
  if (!workload.rolledOut) return rollout(facts, workload);
  if (scalingEnabled && scaling?.ready === false) return unhealthy("Creating", scaling.message);
  return replicasState(facts, workload);
}

function rollout(facts: StateFacts, workload: WorkloadProgress): ActorState {
  const state = facts.createdBefore ? "Updating" : "Creating";
  const late = lateness(facts);
  if (late.degraded) return unhealthy("Degraded", shortMessage(workload, facts));
  return {
    ...unhealthy(state, `${workload.ready} of ${workload.desired} replicas are ready`),
    changesInMs: late.inMs,
  };
}

function replicasState(facts: StateFacts, workload: WorkloadProgress): ActorState {
  const { desired, total, ready } = workload;
  if (desired === 0 && total === 0) return healthy("Napping", nappingMessage(facts));
  if (total > desired) return healthy("ScalingDown", `${total} replicas on the way to ${desired}`);
  if (ready >= desired) return healthy("Running", `${ready} of ${desired} replicas are ready`);
  const late = lateness(facts);
  if (late.degraded) return unhealthy("Degraded", shortMessage(workload, facts));
  return { ...healthy("ScalingUp", `${ready} of ${desired} replicas are ready`), changesInMs: late.inMs };
}

function nappingMessage(facts: StateFacts): string {
  if (!facts.scalingEnabled) return "workload.replicas is 0";
  return facts.everReady
    ? "scaled to zero; a message wakes it"
    : "at zero; it has never started yet, a message wakes it";
}

function lateness({ shortSince, now }: StateFacts): { degraded: boolean; inMs: number | undefined } {
  if (shortSince === undefined) return { degraded: false, inMs: undefined };
  const left = Date.parse(shortSince) + DEGRADED_AFTER_MS - now.getTime();
  return left <= 0 ? { degraded: true, inMs: undefined } : { degraded: false, inMs: left };
}

function shortMessage(workload: WorkloadProgress, facts: StateFacts): string {
  return `only ${workload.ready} of ${workload.desired} replicas are ready since ${facts.shortSince}; look at the pods' events`;
}

function healthy(state: State, message: string): ActorState {
  return { state, message, healthy: true, changesInMs: undefined };
}

function unhealthy(state: State, message: string): ActorState {
  return { state, message, healthy: false, changesInMs: undefined };
}
