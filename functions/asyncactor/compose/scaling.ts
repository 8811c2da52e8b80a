import type { Manifest, Metadata, Observed } from "../../../core/manifest.ts";
import { SIDECAR_CONTAINER, triggerAuthenticationName } from "../../../core/names.ts";
import type { TransportPlan } from "../../../transports/contract.ts";
import type { EffectiveActor } from "./actor.ts";

/** What brings an actor from zero without a message. */
export interface Stirring {
  /** It has not run once yet, and is to. */
  warmingUp: boolean;
  /** Somebody has just asked for it. */
  awake: boolean;
}

/** KEDA's ScaledObject for an actor: its queue's depth decides how many replicas the workload has. */
export function scaledObject(
  actor: EffectiveActor,
  plan: TransportPlan,
  metadata: Metadata,
  { warmingUp, awake }: Stirring,
): Manifest {
  const { scaling } = actor;
  const { advanced, behavior } = actor.spec.scaling;
  const { restoreToOriginalReplicaCount, ...modifiers } = advanced;
  const minReplicas = warmingUp ? Math.max(1, scaling.minReplicas) : scaling.minReplicas;
  return {
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    metadata: withAnnotations(metadata, kedaAnnotations(actor, awake)),
    spec: {
      scaleTargetRef: {
        apiVersion: "apps/v1",
        kind: actor.spec.workload.kind,
        name: actor.name,
        envSourceContainerName: SIDECAR_CONTAINER,
      },
      minReplicaCount: minReplicas,
      maxReplicaCount: scaling.maxReplicas,
      pollingInterval: scaling.pollingSeconds,
      cooldownPeriod: scaling.cooldownSeconds,
      ...(scaling.initialCooldownSeconds === undefined
        ? {}
        : { initialCooldownPeriod: scaling.initialCooldownSeconds }),
      advanced: {
        // n.b. false would vanish at KEDA's next write (Go's omitempty), and be written again by us.
        ...(restoreToOriginalReplicaCount === true ? { restoreToOriginalReplicaCount } : {}),
        horizontalPodAutoscalerConfig: { behavior },
        ...(modifiers.formula === undefined ? {} : { scalingModifiers: asText(modifiers) }),
      },
      triggers: [
        {
          ...plan.trigger,
          ...(plan.authentication === undefined
            ? {}
            : { authenticationRef: { name: triggerAuthenticationName(actor.name) } }),
        },
      ],
    },
  };
}

/** What KEDA reads the queue's depth with; undefined where the trigger needs no credentials. */
export function triggerAuthentication(plan: TransportPlan, metadata: Metadata): Manifest | undefined {
  if (plan.authentication === undefined) return undefined;
  return {
    apiVersion: "keda.sh/v1alpha1",
    kind: "TriggerAuthentication",
    metadata,
    spec: plan.authentication,
  };
}

/**
 * Whether the workload still has to run once before KEDA may take it to zero. Once it ran, `status.warmedUp` of the
 * actor keeps it so.
 */
export function isWarmingUp(
  actor: EffectiveActor,
  warmedUp: boolean,
  workload: Observed | undefined,
): boolean {
  if (!actor.scaling.enabled || !actor.spec.scaling.warmUp || warmedUp) return false;
  const ready = workload?.status?.["readyReplicas"];
  return typeof ready !== "number" || ready < 1;
}

function kedaAnnotations(actor: EffectiveActor, awake: boolean): Record<string, string> {
  return {
    ...(actor.scaling.paused ? { "autoscaling.keda.sh/paused": "true" } : {}),
    ...(actor.scaling.pausedScaleIn ? { "autoscaling.keda.sh/paused-scale-in": "true" } : {}),
    // n.b. A replica that anyone but KEDA adds is taken away again at its next poll: the queue was not active for long.
    ...(awake ? { "autoscaling.keda.sh/force-activation": "true" } : {}),
  };
}

function withAnnotations(metadata: Metadata, more: Record<string, string>): Metadata {
  if (Object.keys(more).length === 0) return metadata;
  return { ...metadata, annotations: { ...metadata.annotations, ...more } };
}

/** KEDA's target and activationTarget are strings. */
function asText(modifiers: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(modifiers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  );
}
