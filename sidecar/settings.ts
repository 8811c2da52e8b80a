import {
  booleanOf,
  choiceOf,
  type Environment,
  goDurationMs,
  integerOf,
  SettingError,
  urlOf,
} from "../core/env.ts";
import { clientType } from "../transports/clients.ts";
import { customMetricsOf } from "./custom-metrics.ts";
import { optional, readVariables, required, type Values, withFallback } from "./variable.ts";

const DURATION = "duration such as 1m30s";
const SEND_TO = "ASYA_SEND_TO";
const MAX_MS = 2 ** 31 - 1;

/** Every variable that the sidecar itself reads; its transport reads its own ones. */
export const VARIABLES = {
  actor: required("ASYA_ACTOR_NAME", nameOf, { type: "name", doc: "the actor whose queue is read" }),
  namespace: optional("ASYA_NAMESPACE", plain, { type: "text", doc: "its namespace" }),
  cluster: optional("ASYA_CLUSTER", plain, { type: "text", doc: "its cluster, where queue names hold it" }),
  transport: withFallback("ASYA_TRANSPORT", "rabbitmq", (name, text) => clientType({ [name]: text }), {
    type: "`rabbitmq`, `sqs` or `local`",
    doc: "the queue system",
  }),
  socketDir: withFallback("ASYA_SOCKET_DIR", "/var/run/asya", plain, {
    type: "folder",
    doc: "where the runtime's socket and `runtime-ready` are",
  }),
  socketName: withFallback("ASYA_SOCKET_NAME", "asya-runtime.sock", fileNameOf, {
    type: "file name",
    doc: "the runtime's socket",
  }),
  runtimeTimeoutMs: withFallback("ASYA_RUNTIME_TIMEOUT", "5m", positiveDurationMs, {
    type: DURATION,
    doc: "how long a handler may take before it is ended",
  }),
  happyEnd: withFallback("ASYA_ACTOR_HAPPY_END", "happy-end", nameOf, {
    type: "name",
    doc: "the actor that gets results",
  }),
  errorEnd: withFallback("ASYA_ACTOR_ERROR_END", "error-end", nameOf, {
    type: "name",
    doc: "the actor that gets failures",
  }),
  isEndActor: withFallback("ASYA_IS_END_ACTOR", "false", booleanOf, {
    type: "boolean",
    doc: "whether the actor ends routes: any route is accepted, nothing is sent on",
  }),
  sendTo: optional(SEND_TO, namesOf, {
    type: "names, separated by commas",
    doc: "actors that it may send to besides itself and the end actors; not set = any, empty = none",
  }),
  gatewayUrl: optional("ASYA_GATEWAY_URL", httpUrl, {
    type: "URL",
    doc: "the gateway that is told about progress",
  }),
  concurrency: withFallback("ASYA_CONCURRENCY", "1", integer(1, 1_000), {
    type: "1 to 1000",
    doc: "requests that the runtime is given at the same time",
  }),
  batchMaxSize: withFallback("ASYA_BATCH_MAX_SIZE", "1", integer(1, 65_536), {
    type: "1 to 65536",
    doc: "envelopes in one request",
  }),
  batchMaxWaitMs: withFallback("ASYA_BATCH_MAX_WAIT", "50ms", durationMs, {
    type: DURATION,
    doc: "how long an envelope waits for others to fill a batch",
  }),
  maxFrameBytes: withFallback("ASYA_MAX_FRAME_BYTES", "67108864", integer(1_024, 2 ** 30), {
    type: "1024 to 1073741824",
    doc: "longest request and reply of the runtime",
  }),
  retryMaxAttempts: withFallback("ASYA_RETRY_MAX_ATTEMPTS", "1", integer(1, 100), {
    type: "1 to 100",
    doc: "attempts before an envelope goes to error-end",
  }),
  retryInitialDelayMs: withFallback("ASYA_RETRY_INITIAL_DELAY", "1s", durationMs, {
    type: DURATION,
    doc: "longest wait before the second attempt",
  }),
  retryMaxDelayMs: withFallback("ASYA_RETRY_MAX_DELAY", "5m", durationMs, {
    type: DURATION,
    doc: "longest wait before any attempt",
  }),
  retryBackoff: withFallback("ASYA_RETRY_BACKOFF", "exponential", backoffOf, {
    type: "`exponential`, `linear` or `constant`",
    doc: "how the wait grows",
  }),
  retryNonRetryable: optional("ASYA_RETRY_NON_RETRYABLE", listOf, {
    type: "names, separated by commas",
    doc: "types of errors that another attempt does not help, bases included",
  }),
  queueRetryMaxAttempts: withFallback("ASYA_QUEUE_RETRY_MAX_ATTEMPTS", "10", integer(1, 1_000), {
    type: "1 to 1000",
    doc: "tries to send a message",
  }),
  queueRetryBackoffMs: withFallback("ASYA_QUEUE_RETRY_BACKOFF", "1s", durationMs, {
    type: DURATION,
    doc: "wait before the second try; doubled each time, at most 30s",
  }),
  claimCheckUrl: optional("ASYA_CLAIM_CHECK_URL", anyUrl, {
    type: "URL",
    doc: "store for large payloads; accepted, not used yet",
  }),
  otlpEndpoint: optional("ASYA_OTLP_ENDPOINT", httpUrl, {
    type: "URL",
    doc: "collector of traces; accepted, not used yet: the trace headers are carried on",
  }),
  metricsEnabled: withFallback("ASYA_METRICS_ENABLED", "true", booleanOf, {
    type: "boolean",
    doc: "whether `/metrics` is served; `/health` and `/ready` always are",
  }),
  metricsAddress: withFallback("ASYA_METRICS_ADDR", ":8080", addressOf, {
    type: "[HOST]:PORT",
    doc: "where `/metrics`, `/health` and `/ready` are served",
  }),
  metricsNamespace: withFallback("ASYA_METRICS_NAMESPACE", "asya_actor", metricPrefix, {
    type: "name",
    doc: "prefix of the metrics' names",
  }),
  customMetrics: withFallback("ASYA_CUSTOM_METRICS", "[]", customMetricsOf, {
    type: "JSON list",
    doc: "more metrics to register: `{name, type, help, labels, buckets?}`",
  }),
  logLevel: withFallback("ASYA_LOG_LEVEL", "INFO", logLevelOf, {
    type: "`DEBUG`, `INFO`, `WARNING` or `ERROR`",
    doc: "least level that is logged",
  }),
} as const;

export type Settings = Values<typeof VARIABLES>;

/** @throws {SettingError} for the first variable that does not parse. */
export function readSettings(env: Environment): Settings {
  return readVariables(VARIABLES, env, [SEND_TO]);
}

function plain(_name: string, text: string): string {
  return text;
}

function nameOf(name: string, text: string): string {
  if (/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(text)) return text;
  throw new SettingError(name, `must be an actor's name, got ${JSON.stringify(text)}`);
}

function integer(min: number, max: number) {
  return (name: string, text: string) => integerOf(name, text, min, max);
}

function durationMs(name: string, text: string): number {
  const milliseconds = goDurationMs(name, text);
  if (milliseconds <= MAX_MS) return milliseconds;
  throw new SettingError(name, `must be at most 596h, got ${JSON.stringify(text)}`);
}

function positiveDurationMs(name: string, text: string): number {
  const milliseconds = durationMs(name, text);
  if (milliseconds > 0) return milliseconds;
  throw new SettingError(name, `must be longer than 0, got ${JSON.stringify(text)}`);
}

function listOf(_name: string, text: string): string[] {
  return text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

function namesOf(name: string, text: string): string[] {
  return listOf(name, text).map((entry) => nameOf(name, entry));
}

function fileNameOf(name: string, text: string): string {
  if (/^[^/\0]+$/.test(text)) return text;
  throw new SettingError(name, `must be the name of a file, got ${JSON.stringify(text)}`);
}

function backoffOf(name: string, text: string) {
  return choiceOf(name, text, ["exponential", "linear", "constant"]);
}

function httpUrl(name: string, text: string): URL {
  return urlOf(name, text, ["http:", "https:"]);
}

function anyUrl(name: string, text: string): URL {
  const url = URL.parse(text);
  if (url === null) throw new SettingError(name, "must be a URL");
  return url;
}

function addressOf(name: string, text: string): { host: string | undefined; port: number } {
  const [, host, port] = /^(?:\[([0-9A-Fa-f:.]+)\]|[^\s:[\]/]*):([0-9]{1,5})$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw new SettingError(name, `must be [HOST]:PORT, got ${JSON.stringify(text)}`);
  }
  const plainHost = text.slice(0, text.lastIndexOf(":"));
  return { host: (host ?? plainHost) || undefined, port: Number(port) };
}

function metricPrefix(name: string, text: string): string {
  if (/^[A-Za-z_:][A-Za-z0-9_:]*$/.test(text)) return text;
  throw new SettingError(name, `must be letters, digits, _ and :, got ${JSON.stringify(text)}`);
}

const LEVELS = { DEBUG: "debug", INFO: "info", WARN: "warn", WARNING: "warn", ERROR: "error" } as const;

function logLevelOf(name: string, text: string) {
  const level = Object.entries(LEVELS).find(([word]) => word === text.toUpperCase());
  if (level !== undefined) return level[1];
  throw new SettingError(
    name,
    `must be one of ${Object.keys(LEVELS).join(", ")}, got ${JSON.stringify(text)}`,
  );
}
