import type { Readiness } from "../../../core/conditions.ts";
import type { PodState } from "../../../core/pod-state.ts";
import { DEGRADED_AFTER_MS } from "./defaults.ts";
import type { PodTrouble } from "./observed.ts";
import type { WorkloadProgress } from "./workload-progress.ts";

export type State =
  | PodState
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
  /** Scaling rests: no message wakes it. */
  scalingPaused: boolean;
  workload: WorkloadProgress | undefined;
  /** True once a rollout was seen complete: a later one is an update, not the creation. */
  createdBefore: boolean;
  /** A replica was ready, or wanted by KEDA, at some time. */
  everStarted: boolean;
  /** Since when fewer replicas are ready than wanted; RFC 3339. */
  shortSince: string | undefined;
  /** Why pods do not work; undefined where they do, or nobody looks. */
  trouble?: PodTrouble | undefined;
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

/** The one word for an actor, in SPEC's order of priority. */
export function actorState(facts: StateFacts): ActorState {
  const { transport, scaling, scalingEnabled, workload } = facts;
  if (transport === undefined || workload === undefined || (scalingEnabled && scaling === undefined)) {
    return beingMade(facts, "objects are being created");
  }
  if (transport.failed) return unhealthy("TransportError", transport.message);
  if (!transport.ready) return beingMade(facts, transport.message);
  const troubled = podsState(facts, workload);
  // That a rollout takes too long is no cause: where the pods tell one, it is the better word.
  if (workload.failure !== "" && !(workload.stalled && troubled !== undefined))
    return unhealthy("WorkloadError", workload.failure);
  if (scalingEnabled && scaling?.failed) return unhealthy("ScalingError", scaling.message);
  if (troubled !== undefined) return troubled;
  if (!workload.rolledOut) return rollout(facts, workload);
  if (scalingEnabled && scaling?.ready === false) return beingMade(facts, scaling.message);
  return replicasState(facts, workload);
}

/** Failing pods while fewer are ready than wanted; undefined where that is not so. */
function podsState(facts: StateFacts, { desired, ready }: WorkloadProgress): ActorState | undefined {
  const { trouble } = facts;
  if (trouble === undefined || ready >= desired) return undefined;
  const late = lateness(facts);
  // A cluster may be bringing up a node for it.
  const mayPass = trouble.state === "PendingResources" && facts.createdBefore && !late.degraded;
  const state = mayPass ? healthy(trouble.state, trouble.message) : unhealthy(trouble.state, trouble.message);
  return {
    ...state,
    changesInMs: mayPass ? Math.min(trouble.lastsMs, late.inMs ?? Infinity) : trouble.lastsMs,
  };
}

function rollout(facts: StateFacts, workload: WorkloadProgress): ActorState {
  const late = lateness(facts);
  if (late.degraded) return unhealthy("Degraded", lateRollout(facts, workload));
  const message = withTrouble(rolloutMessage(facts, workload), facts);
  return { ...beingMade(facts, message), changesInMs: late.inMs };
}

/** On the way for the first time, or once more. */
function beingMade({ createdBefore }: StateFacts, message: string): ActorState {
  return unhealthy(createdBefore ? "Updating" : "Creating", message);
}

/** Old pods may be at work while new ones fail. */
function withTrouble(message: string, { trouble }: StateFacts): string {
  return trouble === undefined ? message : `${message}; ${trouble.message}`;
}

/** n.b. Until the controller has seen the newest template its numbers are about the one before. */
function rolloutMessage({ createdBefore }: StateFacts, workload: WorkloadProgress): string {
  const { changedAt, desired, kind, ready, updated } = workload;
  if (changedAt === undefined) return `the ${kind}'s controller has not seen the newest template yet`;
  return createdBefore
    ? `${updated} of ${desired} replicas have the newest template, ${ready} are ready`
    : `${ready} of ${desired} replicas are ready`;
}

function replicasState(facts: StateFacts, workload: WorkloadProgress): ActorState {
  const { desired, total, ready, held } = workload;
  const withHeld = (message: string) => (held === "" ? message : `${message}; ${held}`);
  if (desired === 0 && total === 0) return healthy("Napping", nappingMessage(facts));
  if (total > desired) return healthy("ScalingDown", withHeld(`${total} replicas on the way to ${desired}`));
  if (ready >= desired) return healthy("Running", withHeld(`${ready} of ${desired} replicas are ready`));
  const late = lateness(facts);
  if (late.degraded) return unhealthy("Degraded", shortMessage(workload, facts));
  const scalingUp = healthy("ScalingUp", withHeld(`${ready} of ${desired} replicas are ready`));
  return { ...scalingUp, changesInMs: late.inMs };
}

function nappingMessage(facts: StateFacts): string {
  if (!facts.scalingEnabled) return "workload.replicas is 0";
  if (facts.scalingPaused) return "at zero, and scaling is paused: messages wait until it goes on";
  return facts.everStarted
    ? "scaled to zero; a message wakes it"
    : "at zero; it has never started yet, a message wakes it";
}

function lateness({ shortSince, now }: StateFacts): { degraded: boolean; inMs: number | undefined } {
  if (shortSince === undefined) return { degraded: false, inMs: undefined };
  const left = Date.parse(shortSince) + DEGRADED_AFTER_MS - now.getTime();
  return left <= 0 ? { degraded: true, inMs: undefined } : { degraded: false, inMs: left };
}

function shortMessage(workload: WorkloadProgress, { shortSince }: StateFacts): string {
  const { desired, kind, name, ready, total } = workload;
  const [what, where] =
    total < desired
      ? ["the controller's events say why pods are missing", `${kind.toLowerCase()} ${name}`]
      : ["the pods' events and logs say why", `pods -l asya.sh/actor=${name}`];
  return `only ${ready} of ${desired} replicas are ready since ${shortSince}; ${what}: kubectl describe ${where}`;
}

/** n.b. A StatefulSet waits for a pod that is not ready, also with a corrected template (kubernetes issue 67250). */
function lateRollout(facts: StateFacts, workload: WorkloadProgress): string {
  const message = shortMessage(workload, facts);
  if (workload.kind !== "StatefulSet" || workload.updated >= workload.total) return message;
  return `${message}; once the template is right, delete the pods that are not ready: a StatefulSet does not replace them`;
}

function healthy(state: State, message: string): ActorState {
  return { state, message, healthy: true, changesInMs: undefined };
}

function unhealthy(state: State, message: string): ActorState {
  return { state, message, healthy: false, changesInMs: undefined };
}
