import type { Readiness } from "../../../core/conditions.ts";
import { durationMs, goDuration } from "../../../core/duration.ts";
import type { Manifest } from "../../../core/manifest.ts";
import type { TransportPlan } from "../../../transports/contract.ts";
import type { EffectiveActor } from "./actor.ts";
import type { Condition } from "./conditions.ts";
import type { Drain } from "./drain.ts";
import type { Redrive } from "./redrive.ts";
import type { ActorState } from "./state.ts";
import type { WorkloadProgress } from "./workload-progress.ts";

/** What an earlier answer wrote and this one needs: the only memory that a composition has. */
export interface Memory {
  desiredReplicas?: number;
  lastScaleTime?: string;
  lastScaleDirection?: string;
  shortSince?: string;
  /** A replica was ready at some time. */
  warmedUp?: boolean;
  /** A rollout was complete while everything else worked, too: a later one is an update, not the creation. */
  rolledOutOnce?: boolean;
}

export function memoryOf(status: Record<string, unknown> | undefined): Memory {
  const memory: Memory = {};
  for (const field of ["lastScaleTime", "lastScaleDirection", "shortSince"] as const) {
    const value = status?.[field];
    if (typeof value === "string") memory[field] = value;
  }
  if (typeof status?.["desiredReplicas"] === "number") memory.desiredReplicas = status["desiredReplicas"];
  for (const field of ["warmedUp", "rolledOutOnce"] as const) {
    if (status?.[field] === true) memory[field] = true;
  }
  return memory;
}

/**
 * What the next answer must remember. `workload` is undefined before it exists; what its controller has not seen yet waits
 * for the next answer, which has a time for it.
 *
 * @param othersReady - queue, access and scaling work; n.b. at zero a rollout is complete at once, a queue of SQS 25 s later.
 */
export function remember(
  before: Memory,
  workload: WorkloadProgress | undefined,
  othersReady: boolean,
): Memory {
  if (workload === undefined) return before;
  const { changedAt } = workload;
  if (changedAt === undefined && before.desiredReplicas !== undefined) return before;
  const scaled = before.desiredReplicas !== undefined && before.desiredReplicas !== workload.desired;
  const short = workload.ready < workload.desired;
  const shortSince = before.shortSince ?? changedAt;
  const lastScaleTime = scaled ? changedAt : before.lastScaleTime;
  const lastScaleDirection = scaled
    ? direction(before.desiredReplicas ?? 0, workload.desired)
    : before.lastScaleDirection;
  return {
    desiredReplicas: workload.desired,
    ...(short && shortSince !== undefined ? { shortSince } : {}),
    ...(lastScaleTime === undefined || lastScaleDirection === undefined
      ? {}
      : { lastScaleTime, lastScaleDirection }),
    ...(before.warmedUp === true || workload.ready > 0 ? { warmedUp: true } : {}),
    ...(before.rolledOutOnce === true || (workload.rolledOut && othersReady) ? { rolledOutOnce: true } : {}),
  };
}

function direction(from: number, to: number): string {
  return to > from ? "up" : "down";
}

export interface StatusFacts {
  actor: EffectiveActor;
  plan: TransportPlan;
  sidecarImage: string;
  generation: number | undefined;
  state: ActorState;
  conditions: readonly Condition[];
  workload: WorkloadProgress | undefined;
  memory: Memory;
  /** Undefined where nobody looks. */
  failingPods: number | undefined;
  objects: Readonly<Record<string, { manifest: Manifest; readiness: Readiness | undefined }>>;
  drain: Drain | undefined;
  redrive: Redrive | undefined;
}

/** The fields of `status` that are the function's (SPEC section 8, "who writes what"). */
export function statusFields(facts: StatusFacts): Record<string, unknown> {
  const { actor, conditions, generation, memory, state } = facts;
  const transport = conditions.find(({ type }) => type === "TransportReady");
  const fulfilled = conditions.filter(({ status }) => status === "True").length;
  return {
    status: state.state,
    message: state.message,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    readySummary: `${fulfilled}/${conditions.length}`,
    transportStatus: transport?.status === "True" ? "Ready" : "NotReady",
    scalingMode: actor.scaling.enabled ? "KEDA" : "Manual",
    workloadRef: {
      apiVersion: "apps/v1",
      kind: actor.spec.workload.kind,
      name: actor.name,
      namespace: actor.namespace,
    },
    ...(actor.scaling.enabled ? { scaledObjectRef: { name: actor.name, namespace: actor.namespace } } : {}),
    ...replicaFields(facts.workload),
    ...(facts.failingPods === undefined ? {} : { failingPods: facts.failingPods }),
    ...memory,
    ...(memory.lastScaleTime === undefined
      ? {}
      : { lastScaleFormatted: `${memory.lastScaleTime} (${memory.lastScaleDirection})` }),
    effective: effectiveFields(facts),
    objects: objectFields(facts.objects),
    ...(facts.drain === undefined ? {} : { drain: facts.drain }),
    ...(facts.redrive === undefined ? {} : { redrive: facts.redrive }),
  };
}

function replicaFields(workload: WorkloadProgress | undefined): Record<string, unknown> {
  if (workload === undefined) return {};
  const { desired, total, ready } = workload;
  return {
    replicas: ready,
    readyReplicas: ready,
    totalReplicas: total,
    desiredReplicas: desired,
    pendingReplicas: Math.max(0, desired - ready),
    readyReplicasSummary: `${ready}/${total}`,
    replicasSummary: `${total}/${desired}`,
  };
}

function objectFields(objects: StatusFacts["objects"]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(objects).map(([key, { manifest, readiness }]) => [
      key,
      {
        kind: manifest.kind,
        name: manifest.metadata.name,
        ready: readiness?.ready ?? false,
        message: readiness === undefined ? "does not exist yet" : readiness.message,
      },
    ]),
  );
}

/** `status.effective`: never the pod template, it may hold secrets. */
function effectiveFields({ actor, plan, sidecarImage }: StatusFacts): Record<string, unknown> {
  const { spec, scaling } = actor;
  const { kind, replicas, pythonExecutable } = spec.workload;
  return {
    transport: { name: spec.transport, type: actor.transportType },
    queue: plan.queue,
    ...(plan.deadLetterQueue === undefined ? {} : { deadLetterQueue: plan.deadLetterQueue }),
    flavors: spec.flavors ?? [],
    scaling: {
      enabled: scaling.enabled,
      minReplicas: scaling.enabled ? scaling.minReplicas : replicas,
      maxReplicas: scaling.enabled ? scaling.maxReplicas : replicas,
      queueLength: spec.scaling.queueLength,
      pollingInterval: scaling.pollingSeconds,
      cooldownPeriod: scaling.cooldownSeconds,
      ...(scaling.initialCooldownSeconds === undefined
        ? {}
        : { initialCooldownPeriod: scaling.initialCooldownSeconds }),
      ...(scaling.enabled ? { advanced: spec.scaling.advanced, behavior: spec.scaling.behavior } : {}),
      paused: scaling.paused,
      warmUp: spec.scaling.warmUp,
    },
    timeout: { processing: actor.processingSeconds, gracefulShutdown: actor.graceSeconds },
    retry: {
      maxAttempts: spec.retry.maxAttempts,
      initialDelay: go(spec.retry.initialDelay),
      maxDelay: go(spec.retry.maxDelay),
      backoff: spec.retry.backoff,
      nonRetryable: spec.retry.nonRetryable,
    },
    concurrency: spec.concurrency,
    ...(spec.batching === undefined
      ? {}
      : { batching: { maxSize: spec.batching.maxSize, maxWait: go(spec.batching.maxWait ?? 0) } }),
    sidecar: { image: sidecarImage },
    deletion: { messages: spec.deletion.messages },
    workload: { kind, ...(scaling.enabled ? {} : { replicas }), pythonExecutable },
  };
}

function go(duration: number | string): string {
  return goDuration(durationMs(duration) ?? 0);
}
