import { booleanOf, choiceOf, type Environment, goDurationMs, SettingError, textOf } from "../core/env.ts";

export interface Settings {
  /** undefined = all namespaces. */
  watchNamespace: string | undefined;
  leaseName: string;
  /** undefined = that of the service account. */
  leaseNamespace: string | undefined;
  /** undefined = made up. */
  podName: string | undefined;
  intervalMs: number;
  asks: boolean;
  metricsAddress: { host: string | undefined; port: number };
  logLevel: "debug" | "info" | "warn" | "error";
}

/** n.b. Each write costs a call of the function and two tokens of Crossplane's circuit breaker (100, refilled by 1/s). */
const LEAST_INTERVAL_MS = 15_000;
const LONGEST_INTERVAL_MS = 60 * 60_000;
const LEVELS = { DEBUG: "debug", INFO: "info", WARN: "warn", WARNING: "warn", ERROR: "error" } as const;
const LEVEL_NAMES = Object.keys(LEVELS) as (keyof typeof LEVELS)[];

/** @throws {SettingError} for the first variable that does not parse. */
export function readSettings(env: Environment): Settings {
  return {
    watchNamespace: nameOf(env, "WATCH_NAMESPACE"),
    leaseName: nameOf(env, "ASYA_OBSERVER_LEASE") ?? "asya-observer",
    leaseNamespace: nameOf(env, "POD_NAMESPACE"),
    podName: nameOf(env, "POD_NAME"),
    intervalMs: intervalMs(env, "ASYA_OBSERVER_INTERVAL"),
    asks: booleanOf("ASYA_OBSERVER_ASKS", textOf(env, "ASYA_OBSERVER_ASKS") ?? "false"),
    metricsAddress: addressOf("ASYA_METRICS_ADDR", textOf(env, "ASYA_METRICS_ADDR") ?? ":8080"),
    logLevel:
      LEVELS[
        choiceOf("ASYA_LOG_LEVEL", (textOf(env, "ASYA_LOG_LEVEL") ?? "INFO").toUpperCase(), LEVEL_NAMES)
      ],
  };
}

function nameOf(env: Environment, variable: string): string | undefined {
  const text = textOf(env, variable);
  if (text === undefined || /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(text)) return text;
  throw new SettingError(variable, `must be the name of a Kubernetes object, got ${JSON.stringify(text)}`);
}

function intervalMs(env: Environment, variable: string): number {
  const text = textOf(env, variable) ?? "15s";
  const milliseconds = goDurationMs(variable, text);
  if (milliseconds >= LEAST_INTERVAL_MS && milliseconds <= LONGEST_INTERVAL_MS) return milliseconds;
  throw new SettingError(variable, `must be from 15s to 1h, got ${JSON.stringify(text)}`);
}

function addressOf(variable: string, text: string): { host: string | undefined; port: number } {
  const [, host, port] = /^(?:\[([0-9A-Fa-f:.]+)\]|[^\s:[\]/]*):([0-9]{1,5})$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw new SettingError(variable, `must be [HOST]:PORT, got ${JSON.stringify(text)}`);
  }
  return { host: (host ?? text.slice(0, text.lastIndexOf(":"))) || undefined, port: Number(port) };
}
