import { READY, type Readiness, waiting } from "../../../core/conditions.ts";
import { type Finding, formatFinding } from "../../../core/finding.ts";
import type { FindingCode } from "../../../core/findings.ts";
import { isObject } from "../../../core/json.ts";
import type { Observed } from "../../../core/manifest.ts";
import type { ActorObject } from "./actor.ts";
import type { Composed, ComposeInput, Rendered } from "./composed.ts";
import { conditions } from "./conditions.ts";
import { SCALED_OBJECT_KEY, TRIGGER_AUTHENTICATION_KEY, workloadKey } from "./objects.ts";
import { drainOf } from "./drain.ts";
import { REDRIVE_JOB_KEY } from "./redrive.ts";
import { withRefused } from "./refused.ts";
import { scaledObjectReadiness, worstOf } from "./readiness.ts";
import { isPodState, observedPods } from "./observed.ts";
import { actorState, type ActorState } from "./state.ts";
import { type Memory, memoryOf, remember, statusFields } from "./status.ts";
import { timeToLive } from "./time-to-live.ts";
import { type EarlierProgress, workloadProgress, type WorkloadProgress } from "./workload-progress.ts";

/** How the rendered objects are doing: readiness of each, state, conditions and status. */
export function report(rendered: Rendered, { observed, now }: ComposeInput): Composed {
  const { object, plan, transportPlan, manifests, redrive, findings } = rendered;
  const ofKey = (key: string) => objectReadiness(rendered, key, observed[key]);
  const transport = worstOf(Object.keys(transportPlan.objects), ofKey);
  const scaling = worstOf(Object.keys(manifests).filter(isScalingKey), ofKey);
  const scalingEnabled = plan.actor.scaling.enabled;
  const before = memoryOf(object.status);
  const running = staying(observed[workloadKey(plan)]);
  const workload = running === undefined ? undefined : workloadProgress(running, earlier(before));
  const othersReady = transport?.ready === true && (!scalingEnabled || scaling?.ready === true);
  const memory = remember(before, workload, othersReady);
  const pods = observedPods(object.status, now);
  const ofParts = actorState({
    transport,
    scaling,
    scalingEnabled,
    scalingPaused: plan.actor.scaling.paused,
    workload,
    createdBefore: before.rolledOutOnce === true,
    // A replica with little to do may be gone before its readiness was seen.
    everStarted: memory.warmedUp === true || wasActive(observed[SCALED_OBJECT_KEY]),
    shortSince: memory.shortSince,
    trouble: pods?.trouble,
    now,
  });
  const state = withRefused(ofParts, object);
  const ours = conditions({
    transport,
    transportNote: said(transportPlan.findings, "W001"),
    workload,
    workloadNote: said(findings, "W011"),
    scaling,
    scalingEnabled,
    hadScalingCondition: hasCondition(object, "ScalingReady"),
    state,
  });
  const objects = Object.fromEntries(
    Object.entries(manifests).map(([key, manifest]) => {
      const readiness = key === workloadKey(plan) ? workloadReadiness(workload, state) : ofKey(key);
      return [key, { manifest, readiness, ready: readiness?.ready ?? false }];
    }),
  );
  const status = statusFields({
    actor: plan.actor,
    plan: transportPlan,
    sidecarImage: plan.actor.spec.sidecar.image ?? plan.platform.sidecar.image,
    generation: object.metadata.generation,
    state,
    conditions: ours,
    workload,
    memory,
    failingPods: pods?.failing,
    objects,
    drain: drainOf(object),
    redrive,
  });
  return {
    fatal: false,
    findings,
    objects: Object.fromEntries(
      Object.entries(objects).map(([key, { manifest, ready }]) => [key, { manifest, ready }]),
    ),
    conditions: ours,
    status,
    ready: state.healthy,
    needsPodSchema: false,
    needsScaler: false,
    unseen: {},
    ttlSeconds: timeToLive(state, object, now),
  };
}

function said(findings: readonly Finding[], about: FindingCode): string {
  return findings
    .filter(({ code }) => code === about)
    .map(formatFinding)
    .join("; ");
}

function earlier({ desiredReplicas, rolledOutOnce }: Memory): EarlierProgress | undefined {
  if (desiredReplicas === undefined) return undefined;
  return { desired: desiredReplicas, rolledOutOnce: rolledOutOnce === true };
}

/** KEDA has brought it up from zero at some time. */
function wasActive(scaledObject: Observed | undefined): boolean {
  return typeof scaledObject?.status?.["lastActiveTime"] === "string";
}

/** What is being deleted is as good as gone: it will be made again. */
function staying(object: Observed | undefined): Observed | undefined {
  return object?.metadata?.deletionTimestamp === undefined ? object : undefined;
}

/** Undefined for an object that does not exist yet. */
function objectReadiness(
  { plan }: Rendered,
  key: string,
  object: Observed | undefined,
): Readiness | undefined {
  // An errand, no part of the actor, there or not: status.redrive says what becomes of it.
  if (key === REDRIVE_JOB_KEY) return READY;
  if (object === undefined) return undefined;
  if (key === SCALED_OBJECT_KEY) return scaledObjectReadiness(object);
  // n.b. KEDA writes no condition on a TriggerAuthentication; the ScaledObject's says whether it works.
  if (key === TRIGGER_AUTHENTICATION_KEY) return READY;
  return plan.transport.readiness(key, object);
}

function workloadReadiness(workload: WorkloadProgress | undefined, state: ActorState): Readiness | undefined {
  if (workload === undefined) return undefined;
  if (workload.failure !== "") return { ready: false, failed: true, message: workload.failure };
  const podsFail = state.state === "Degraded" || (isPodState(state.state) && !state.healthy);
  const atWork = workload.rolledOut && !podsFail;
  return atWork ? READY : waiting(`${workload.ready} of ${workload.desired} replicas are ready`);
}

function isScalingKey(key: string): boolean {
  return key === SCALED_OBJECT_KEY || key === TRIGGER_AUTHENTICATION_KEY;
}

function hasCondition(object: ActorObject, type: string): boolean {
  const present = object.status?.["conditions"];
  return (
    Array.isArray(present) &&
    present.some((condition: unknown) => isObject(condition) && condition["type"] === type)
  );
}
