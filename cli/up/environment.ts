/** From the environment that was rendered to the one of a process on this machine. Pure. */
import type { Environment } from "../../core/env.ts";
import type { EnvVar } from "../../core/manifest.ts";

/** What a machine has instead of a pod. Everything else stays as it was rendered. */
export interface Place {
  socketDir: string;
  /** Address of the progress reports. */
  gatewayUrl: string;
  /** The queue file, or a broker that this machine's own environment names. */
  transport: { type: "local"; file: string } | { type: "rabbitmq" | "sqs" };
  /** Where end actors of the crew store, instead of a bucket. */
  resultsDir: string;
  bytecodeDir: string;
  /** This machine's own environment. */
  own: Environment;
}

export interface ProcessEnvironment {
  env: Record<string, string>;
  /** Variables of Secrets, ConfigMaps or the pod that this machine's environment does not have. */
  missing: string[];
}

const BROKER = /^(ASYA_(RABBITMQ|SQS|AWS|LOCAL)_|AWS_)/;
const BUCKET = /^ASYA_S3_(BUCKET|ENDPOINT|ACCESS_KEY|SECRET_KEY)$/;

export function sidecarEnvironment(rendered: readonly EnvVar[], place: Place): ProcessEnvironment {
  const { transport, own } = place;
  const broker =
    transport.type === "local"
      ? { ASYA_LOCAL_FILE: transport.file }
      : Object.fromEntries(Object.entries(own).filter(([name]) => BROKER.test(name)));
  const kept = rendered.filter(({ name }) => transport.type !== "local" || !BROKER.test(name));
  return resolved(kept, own, {
    ...broker,
    NODE_COMPILE_CACHE: own["NODE_COMPILE_CACHE"] ?? place.bytecodeDir,
    ASYA_TRANSPORT: transport.type,
    ASYA_SOCKET_DIR: place.socketDir,
    ASYA_METRICS_ADDR: "127.0.0.1:0",
    ASYA_GATEWAY_URL: place.gatewayUrl,
  });
}

/** @param ofCrew - an end actor that our own crew's code runs. */
export function runtimeEnvironment(
  rendered: readonly EnvVar[],
  place: Place,
  ofCrew: boolean,
): ProcessEnvironment {
  const kept = rendered.filter(({ name }) => !ofCrew || !BUCKET.test(name));
  return resolved(kept, place.own, {
    ...(ofCrew ? { ASYA_RESULTS_DIR: place.resultsDir } : {}),
    ASYA_SOCKET_DIR: place.socketDir,
    // What handlers print is in the log at once, and their folder stays as it is.
    PYTHONUNBUFFERED: "1",
    PYTHONPYCACHEPREFIX: place.bytecodeDir,
  });
}

/**
 * This machine's environment (without ASYA_ variables) stands for what an image brings; over it the rendered values, over
 * them the replacements. A value from elsewhere in the cluster is looked up under its own name in this machine's environment.
 */
function resolved(
  rendered: readonly EnvVar[],
  own: Environment,
  replacements: Readonly<Record<string, string | undefined>>,
): ProcessEnvironment {
  const missing: string[] = [];
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) {
    if (value !== undefined && !name.startsWith("ASYA_") && name !== "NODE_OPTIONS") env[name] = value;
  }
  const known: Record<string, string> = {};
  for (const { name, value, valueFrom } of rendered) {
    if (name in replacements) continue;
    const text = valueFrom === undefined ? expanded(value ?? "", known) : own[name];
    if (text === undefined) missing.push(name);
    else env[name] = known[name] = text;
  }
  for (const [name, value] of Object.entries(replacements)) if (value !== undefined) env[name] = value;
  return { env, missing };
}

/** @see https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/ */
function expanded(value: string, known: Readonly<Record<string, string>>): string {
  return value.replaceAll(/\$(\$|\(([A-Za-z_][A-Za-z0-9_.-]*)\))/g, (all, kind: string, name?: string) =>
    kind === "$" ? "$" : name !== undefined && Object.hasOwn(known, name) ? known[name]! : all,
  );
}
