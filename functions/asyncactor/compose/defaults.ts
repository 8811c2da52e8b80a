/**
 * The built-in defaults of an actor's spec: the lowest layer under the platform's `defaults`, flavors and the actor's own
 * words. The XRD declares none of them (the API server would fill them in first, and a flavor could never win); its
 * descriptions name them, and a test holds the two together.
 */
export const DEFAULTS = {
  scaling: {
    enabled: false,
    minReplicas: 0,
    maxReplicas: 50,
    queueLength: 5,
    pollingInterval: 10,
    cooldownPeriod: 60,
    paused: false,
    warmUp: false,
    advanced: { restoreToOriginalReplicaCount: false },
    // One pod a minute on the way down: a busy pod is the HPA's choice as much as an idle one.
    behavior: {
      scaleDown: {
        stabilizationWindowSeconds: 300,
        policies: [{ type: "Pods", value: 1, periodSeconds: 60 }],
      },
      scaleUp: {
        stabilizationWindowSeconds: 0,
        selectPolicy: "Max",
        policies: [
          { type: "Pods", value: 10, periodSeconds: 60 },
          { type: "Percent", value: 100, periodSeconds: 60 },
        ],
      },
    },
  },
  timeout: { processing: 300, gracefulShutdown: 30 },
  retry: { maxAttempts: 3, initialDelay: "1s", maxDelay: "5m", backoff: "exponential", nonRetryable: [] },
  concurrency: 1,
  deletion: { messages: "Retain" },
  sidecar: { env: [] },
  workload: { kind: "Deployment", replicas: 1, pythonExecutable: "python3" },
} as const;

/** Seconds between the processing timeout and the pod's end: to send what is left and close. */
export const GRACE_MARGIN_SECONDS = 15;

/** Short of ready for longer than this is Degraded. */
export const DEGRADED_AFTER_MS = 5 * 60_000;

/** How long an answer holds when nothing changes: watches wake us before that. */
export const STEADY_TTL_SECONDS = 3_600;
/** The same while something is under way or wrong, or where Crossplane drops events. */
export const UNSTEADY_TTL_SECONDS = 30;
/** The same once it has been so for long. */
export const LONGEST_UNSTEADY_TTL_SECONDS = 600;
