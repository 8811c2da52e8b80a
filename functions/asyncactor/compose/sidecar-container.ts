import { durationMs, goDuration } from "../../../core/duration.ts";
import type { EnvVar } from "../../../core/manifest.ts";
import { INSTALL_CONTAINER, isEndActor, SIDECAR_CONTAINER } from "../../../core/names.ts";
import type { TransportPlan } from "../../../transports/contract.ts";
import type { EffectiveActor } from "./actor.ts";
import type { Container } from "./effective.ts";
import { mergeLayers } from "./merge.ts";
import { INSTALL_DIR, SOCKET_DIR, VOLUMES } from "./pod-layout.ts";
import type { Platform } from "./platform.ts";

const METRICS_PORT_NAME = "asya-metrics";

/** What Pod Security's `restricted` profile asks of a container, and a user that has no name in any image. */
const RESTRICTED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
  runAsGroup: 65532,
  runAsNonRoot: true,
  runAsUser: 65532,
  seccompProfile: { type: "RuntimeDefault" },
};

/** The container that moves messages between queue and runtime. */
export function sidecarContainer(actor: EffectiveActor, platform: Platform, plan: TransportPlan): Container {
  const { sidecar } = actor.spec;
  const resources = mergeLayers(platform.sidecar.resources ?? {}, sidecar.resources ?? {});
  const port = platform.sidecar.metricsPort;
  return {
    name: SIDECAR_CONTAINER,
    image: sidecar.image ?? platform.sidecar.image,
    imagePullPolicy: sidecar.imagePullPolicy ?? platform.sidecar.imagePullPolicy,
    env: overrideEnv(sidecarEnv(actor, platform, plan), sidecar.env),
    ports: [{ name: METRICS_PORT_NAME, containerPort: port, protocol: "TCP" }],
    readinessProbe: {
      httpGet: { path: "/ready", port: METRICS_PORT_NAME },
      periodSeconds: 10,
      failureThreshold: 3,
    },
    livenessProbe: {
      httpGet: { path: "/health", port: METRICS_PORT_NAME },
      periodSeconds: 30,
      failureThreshold: 3,
    },
    ...(Object.keys(resources).length === 0 ? {} : { resources }),
    securityContext: RESTRICTED,
    volumeMounts: [
      { name: VOLUMES.socket, mountPath: SOCKET_DIR },
      ...(plan.sidecarVolumeMounts as { name: string; mountPath: string }[]),
    ],
  };
}

/** Copies the runtime's one file from the platform's sidecar image into the pod: also where the actor names its own sidecar. */
export function installContainer(platform: Platform): Container {
  return {
    name: INSTALL_CONTAINER,
    image: platform.sidecar.image,
    imagePullPolicy: platform.sidecar.imagePullPolicy,
    args: ["install-runtime", INSTALL_DIR],
    resources: { requests: { cpu: "10m", memory: "32Mi" } },
    securityContext: RESTRICTED,
    volumeMounts: [{ name: VOLUMES.runtime, mountPath: INSTALL_DIR }],
  };
}

function sidecarEnv(actor: EffectiveActor, platform: Platform, plan: TransportPlan): EnvVar[] {
  const { spec } = actor;
  const { retry, batching } = spec;
  const settings: Record<string, string | undefined> = {
    ASYA_ACTOR_NAME: actor.name,
    ASYA_NAMESPACE: actor.namespace,
    ASYA_TRANSPORT: actor.transportType,
    ASYA_SOCKET_DIR: SOCKET_DIR,
    ASYA_RUNTIME_TIMEOUT: go(spec.timeout.processing),
    ASYA_LOG_LEVEL: "INFO",
    ASYA_ACTOR_HAPPY_END: "happy-end",
    ASYA_ACTOR_ERROR_END: "error-end",
    ASYA_IS_END_ACTOR: isEndActor(actor.name) ? "true" : undefined,
    ASYA_METRICS_ADDR: `:${platform.sidecar.metricsPort}`,
    ASYA_RETRY_MAX_ATTEMPTS: String(retry.maxAttempts),
    ASYA_RETRY_INITIAL_DELAY: go(retry.initialDelay),
    ASYA_RETRY_MAX_DELAY: go(retry.maxDelay),
    ASYA_RETRY_BACKOFF: retry.backoff,
    ASYA_RETRY_NON_RETRYABLE: retry.nonRetryable.length > 0 ? retry.nonRetryable.join(",") : undefined,
    ASYA_CONCURRENCY: String(spec.concurrency),
    ASYA_BATCH_MAX_SIZE: batching === undefined ? undefined : String(batching.maxSize),
    ASYA_BATCH_MAX_WAIT: batching === undefined ? undefined : go(batching.maxWait ?? 0),
    ASYA_SEND_TO: spec.access?.sendTo?.join(","),
    ASYA_GATEWAY_URL: platform.gateway?.url,
    ASYA_OTLP_ENDPOINT: platform.observability?.otlpEndpoint,
    ASYA_CLAIM_CHECK_URL: platform.claimCheck?.url,
  };
  const own = Object.entries(settings).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value }],
  );
  return [...own, ...plan.sidecarEnv];
}

function go(duration: number | string): string {
  return goDuration(durationMs(duration) ?? 0);
}

/** The user's variables in place of ours of the same name, the rest of them after ours. */
export function overrideEnv(ours: EnvVar[], users: Container["env"] & {}): Container["env"] & {} {
  const overriding = new Map(users.map((variable) => [variable.name, variable]));
  const ownNames = new Set(ours.map(({ name }) => name));
  return [
    ...ours.map((variable) => overriding.get(variable.name) ?? { ...variable }),
    ...users.filter(({ name }) => !ownNames.has(name)),
  ];
}
