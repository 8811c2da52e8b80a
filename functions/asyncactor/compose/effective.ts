import { durationMs } from "../../../core/duration.ts";
import { type FieldPath, type Finding, finding, quoteValue } from "../../../core/finding.ts";
import { DEFAULTS } from "./defaults.ts";
import { mergeLayers } from "./merge.ts";

export type WorkloadKind = "Deployment" | "StatefulSet";

export interface ScalingModifiers {
  formula?: string;
  target?: string | number;
  activationTarget?: string | number;
  metricType?: string;
  restoreToOriginalReplicaCount?: boolean;
}

export interface PodTemplate {
  metadata?: {
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    [field: string]: unknown;
  };
  spec: PodSpec;
}

export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  volumes?: { name: string; [field: string]: unknown }[];
  imagePullSecrets?: { name: string }[];
  serviceAccountName?: string;
  terminationGracePeriodSeconds?: number;
  securityContext?: Record<string, unknown>;
  [field: string]: unknown;
}

export interface Container {
  name: string;
  image?: string;
  env?: { name: string; [field: string]: unknown }[];
  envFrom?: unknown[];
  ports?: { containerPort: number; [field: string]: unknown }[];
  volumeMounts?: { name: string; mountPath: string; [field: string]: unknown }[];
  securityContext?: Record<string, unknown>;
  [field: string]: unknown;
}

/** An actor's spec with every layer merged and every default in place; durations as they were written. */
export interface EffectiveSpec {
  transport: string;
  flavors?: string[];
  scaling: {
    enabled: boolean;
    minReplicas: number;
    maxReplicas: number;
    queueLength: number;
    pollingInterval: number | string;
    cooldownPeriod: number | string;
    initialCooldownPeriod?: number | string;
    behavior: Record<string, unknown>;
    paused: boolean;
    warmUp: boolean;
    advanced: ScalingModifiers;
  };
  timeout: { processing: number | string; gracefulShutdown: number | string };
  retry: {
    maxAttempts: number;
    initialDelay: number | string;
    maxDelay: number | string;
    backoff: string;
    nonRetryable: string[];
  };
  concurrency: number;
  batching?: { maxSize: number; maxWait?: number | string };
  access?: { sendTo?: string[] };
  deletion: { messages: "Retain" | "Delete" };
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  sidecar: {
    image?: string;
    imagePullPolicy?: string;
    resources?: Record<string, unknown>;
    env: { name: string; [field: string]: unknown }[];
  };
  workload: {
    kind: WorkloadKind;
    replicas: number;
    pythonExecutable: string;
    template: PodTemplate;
    volumeClaimTemplates?: Record<string, unknown>[];
    podManagementPolicy?: string;
    serviceName?: string;
  };
}

/** Built-in defaults < platform defaults < flavors in the order listed < the actor's own words. */
export function effectiveSpec(
  own: Record<string, unknown>,
  platformDefaults: Record<string, unknown>,
  flavors: readonly Record<string, unknown>[],
): EffectiveSpec {
  const layers: Record<string, unknown>[] = [platformDefaults, ...flavors, own];
  // The casts are earned: each layer passed the spec's JSON Schema, and DEFAULTS has every field that is not optional.
  return layers.reduce(
    (lower, upper) => mergeLayers(lower, upper),
    DEFAULTS as unknown as Record<string, unknown>,
  ) as unknown as EffectiveSpec;
}

/** Whole seconds of a duration that passed the schema; with a finding where Kubernetes could not carry it. */
export function wholeSeconds(value: number | string, path: FieldPath, findings: Finding[]): number {
  const milliseconds = durationMs(value) ?? 0;
  if (milliseconds % 1_000 !== 0) {
    findings.push(
      finding(
        "E045",
        path,
        `must be whole seconds (got ${quoteValue(value)})`,
        `write ${Math.ceil(milliseconds / 1_000)}s`,
      ),
    );
  }
  return Math.ceil(milliseconds / 1_000);
}
