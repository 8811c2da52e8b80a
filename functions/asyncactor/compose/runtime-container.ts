import { durationMs, goDuration } from "../../../core/duration.ts";
import type { EnvVar } from "../../../core/manifest.ts";
import { isEndActor } from "../../../core/names.ts";
import type { EffectiveActor } from "./actor.ts";
import type { Container } from "./effective.ts";
import { neededStopSeconds, STOP_TIMEOUT } from "./in-flight-limits.ts";
import { RUNTIME_FILE, RUNTIME_PATH, SOCKET_DIR, TMP_DIR, VOLUMES } from "./pod-layout.ts";

/** The user's container with what makes it an actor: command, environment, three mounts and, where it has none, probes. */
export function runtimeContainer(actor: EffectiveActor, container: Container): Container {
  const python = actor.spec.workload.pythonExecutable;
  const ours = runtimeEnv(actor);
  const ourNames = new Set(ours.map(({ name }) => name));
  const users = (container.env ?? []).filter(({ name }) => !ourNames.has(name));
  return {
    ...probes(python),
    ...container,
    command: [python, RUNTIME_PATH],
    // n.b. $(NAME) in a value sees only variables that stand before it.
    env: [
      ...ours.map((variable) => ({ ...variable })),
      ...(users.some(({ name }) => name === STOP_TIMEOUT) ? [] : stopTimeout(actor)),
      ...users,
    ],
    volumeMounts: [...(container.volumeMounts ?? []), ...runtimeMounts(container)],
  };
}

/** Variables that the runtime must have as they are: the user's of the same name are replaced (finding W005). */
export function runtimeEnv(actor: EffectiveActor): EnvVar[] {
  const { concurrency, batching } = actor.spec;
  const settings: Record<string, string | undefined> = {
    ASYA_SOCKET_DIR: SOCKET_DIR,
    ASYA_CONCURRENCY: concurrency === 1 ? undefined : String(concurrency),
    ASYA_BATCH_MAX_SIZE: batching === undefined ? undefined : String(batching.maxSize),
    ASYA_BATCH_MAX_WAIT:
      batching === undefined ? undefined : goDuration(durationMs(batching.maxWait ?? 0) ?? 0),
    ASYA_HANDLER_MODE: isEndActor(actor.name) ? "envelope" : undefined,
    ASYA_ENABLE_VALIDATION: isEndActor(actor.name) ? "false" : undefined,
  };
  return Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

/** What the user may set otherwise; not there where the runtime's own default is enough. */
function stopTimeout(actor: EffectiveActor): { name: string; value: string }[] {
  const seconds = neededStopSeconds(actor);
  return seconds === undefined ? [] : [{ name: STOP_TIMEOUT, value: String(seconds) }];
}

function runtimeMounts(
  container: Container,
): { name: string; mountPath: string; [field: string]: unknown }[] {
  const mountsTmp = (container.volumeMounts ?? []).some(({ mountPath }) => normalPath(mountPath) === TMP_DIR);
  return [
    { name: VOLUMES.socket, mountPath: SOCKET_DIR },
    ...(mountsTmp ? [] : [{ name: VOLUMES.tmp, mountPath: TMP_DIR }]),
    { name: VOLUMES.runtime, mountPath: RUNTIME_PATH, subPath: RUNTIME_FILE, readOnly: true },
  ];
}

/** The same path without trailing or doubled slashes. */
export function normalPath(path: string): string {
  return path.replace(/\/+/g, "/").replace(/(?<=.)\/$/, "");
}

function probes(python: string) {
  const probe = { exec: { command: [python, RUNTIME_PATH, "--probe"] }, timeoutSeconds: 5 };
  return {
    startupProbe: { ...probe, initialDelaySeconds: 3, periodSeconds: 2, failureThreshold: 150 },
    readinessProbe: { ...probe, periodSeconds: 10, failureThreshold: 3 },
    livenessProbe: { ...probe, periodSeconds: 30, failureThreshold: 3 },
  };
}
