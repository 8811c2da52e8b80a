import { goDurationMs, SettingError } from "../../../core/env.ts";
import type { FieldPath } from "../../../core/finding.ts";
import { RUNTIME_CONTAINER } from "../../../core/names.ts";
import type { EffectiveActor } from "./actor.ts";
import type { Container } from "./effective.ts";

export const STOP_TIMEOUT = "ASYA_STOP_TIMEOUT";
const RUNTIME_TIMEOUT = "ASYA_RUNTIME_TIMEOUT";

/** The runtime's own default of ASYA_STOP_TIMEOUT, and the most that it takes. */
const DEFAULT_STOP_SECONDS = 3_600;
const MAX_STOP_SECONDS = 86_400;

/** A number of seconds, and where the actor itself says it; `path` is undefined where it follows from other fields. */
export interface Limit {
  seconds: number;
  path: FieldPath | undefined;
}

/** Seconds between SIGTERM and SIGKILL of the pod. */
export function podGraceSeconds({ graceSeconds, spec }: EffectiveActor): number {
  return Math.max(spec.workload.template.spec.terminationGracePeriodSeconds ?? 0, graceSeconds);
}

/** How long the sidecar lets a handler run. */
export function handlerLimit({ processingSeconds, spec }: EffectiveActor): Limit {
  const own = literal(spec.sidecar.env, RUNTIME_TIMEOUT);
  const milliseconds = own === undefined ? undefined : parsedDurationMs(own.value);
  if (own === undefined || milliseconds === undefined) return { seconds: processingSeconds, path: undefined };
  return { seconds: Math.ceil(milliseconds / 1_000), path: ["spec", "sidecar", "env", own.index, "value"] };
}

/** How long the runtime goes on after SIGTERM for whoever waits for an answer. */
export function runtimeStopLimit(actor: EffectiveActor): Limit {
  const { containers } = actor.spec.workload.template.spec;
  const index = containers.findIndex(({ name }) => name === RUNTIME_CONTAINER);
  const own = literal(containers[index]?.env, STOP_TIMEOUT);
  if (own !== undefined && /^[0-9]{1,12}$/.test(own.value)) {
    const template = ["spec", "workload", "template", "spec"];
    const path = [...template, "containers", index, "env", own.index, "value"];
    return { seconds: Number(own.value), path };
  }
  return { seconds: neededStopSeconds(actor) ?? DEFAULT_STOP_SECONDS, path: undefined };
}

/** What the runtime must be told so that it does not end before its pod; undefined where its default is enough. */
export function neededStopSeconds(actor: EffectiveActor): number | undefined {
  const grace = podGraceSeconds(actor);
  return grace > DEFAULT_STOP_SECONDS ? Math.min(grace, MAX_STOP_SECONDS) : undefined;
}

function literal(env: Container["env"], name: string): { value: string; index: number } | undefined {
  const index = (env ?? []).findLastIndex((variable) => variable.name === name);
  const value = env?.[index]?.["value"];
  return typeof value === "string" ? { value, index } : undefined;
}

/** Undefined for what the sidecar refuses at its start. */
function parsedDurationMs(text: string): number | undefined {
  try {
    return goDurationMs(RUNTIME_TIMEOUT, text);
  } catch (error) {
    if (error instanceof SettingError) return undefined;
    throw error;
  }
}
