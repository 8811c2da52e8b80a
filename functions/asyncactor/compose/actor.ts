import type { ObservedMetadata } from "../../../core/manifest.ts";
import type { EffectiveSpec } from "./effective.ts";

/** An effective actor: who it is, what it wants, and the numbers that several parts need. */
export interface EffectiveActor {
  name: string;
  namespace: string;
  spec: EffectiveSpec;
  transportType: string;
  scaling: ScalingNumbers;
  processingSeconds: number;
  graceSeconds: number;
  /** Time of the newest `asya.sh/restarted-at`: a new value rolls the pods. */
  restartedAt: string | undefined;
  /** Time of `asya.sh/redrive`, in milliseconds since 1970. */
  redriveAtMs: number | undefined;
}

export interface ScalingNumbers {
  enabled: boolean;
  minReplicas: number;
  maxReplicas: number;
  pollingSeconds: number;
  cooldownSeconds: number;
  initialCooldownSeconds: number | undefined;
  paused: boolean;
  pausedScaleIn: boolean;
  /** Time of `asya.sh/wake`, in milliseconds since 1970. */
  wakeAtMs: number | undefined;
}

/** An AsyncActor as the API server or Git holds it, once it passed the XRD's schema. */
export interface ActorObject {
  apiVersion: string;
  kind: string;
  metadata: ObservedMetadata & { name: string };
  spec: Record<string, unknown>;
  status?: Record<string, unknown>;
}
