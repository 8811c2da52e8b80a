import { choiceOf, type Environment, integerOf, SettingError, textOf, urlOf } from "../../core/env.ts";
import type { EnvVar } from "../../core/manifest.ts";
import type { RabbitmqPlatform } from "./defaults.ts";

/** What a client needs to reach the broker. */
export interface RabbitmqSettings {
  host: string;
  port: number;
  vhost: string;
  username: string;
  password: string;
  exchange: string;
  tls: RabbitmqTls | undefined;
  /** Messages in hand; undefined = the client adapts it to how long messages take. */
  prefetch: number | undefined;
}

/** Files; undefined = the system's authorities, no client certificate. */
export interface RabbitmqTls {
  caFile: string | undefined;
  certFile: string | undefined;
  keyFile: string | undefined;
}

const TLS_DIR = "/etc/asya/rabbitmq";
const TLS_VOLUME = "asya-rabbitmq-tls";
const FILES = { ca: `${TLS_DIR}/ca.crt`, cert: `${TLS_DIR}/tls.crt`, key: `${TLS_DIR}/tls.key` };

/** The sidecar's environment; `fromEnv` reads it back. */
export function toEnv(
  platform: RabbitmqPlatform,
  credentials: { username: EnvVar; password: EnvVar },
): EnvVar[] {
  return [
    { name: "ASYA_RABBITMQ_HOST", value: platform.host },
    { name: "ASYA_RABBITMQ_PORT", value: String(platform.port) },
    { name: "ASYA_RABBITMQ_VHOST", value: platform.vhost },
    credentials.username,
    credentials.password,
    { name: "ASYA_RABBITMQ_EXCHANGE", value: platform.exchange },
    ...(platform.tls ? [{ name: "ASYA_RABBITMQ_TLS", value: "enable" }] : []),
    ...(platform.caSecretRef ? [{ name: "ASYA_RABBITMQ_CA_FILE", value: FILES.ca }] : []),
    ...(platform.certSecretRef
      ? [
          { name: "ASYA_RABBITMQ_CERT_FILE", value: FILES.cert },
          { name: "ASYA_RABBITMQ_KEY_FILE", value: FILES.key },
        ]
      : []),
  ];
}

/** Where the files of `toEnv` come from: one volume, for the sidecar alone. */
export function tlsVolume({ caSecretRef, certSecretRef }: RabbitmqPlatform) {
  const sources = [
    ...(caSecretRef
      ? [{ secret: { name: caSecretRef.name, items: [{ key: caSecretRef.key, path: "ca.crt" }] } }]
      : []),
    ...(certSecretRef
      ? [
          {
            secret: {
              name: certSecretRef.name,
              items: [
                { key: "tls.crt", path: "tls.crt" },
                { key: "tls.key", path: "tls.key" },
              ],
            },
          },
        ]
      : []),
  ];
  if (sources.length === 0) return { volumes: [], mounts: [] };
  return {
    volumes: [{ name: TLS_VOLUME, projected: { sources } }],
    mounts: [{ name: TLS_VOLUME, mountPath: TLS_DIR, readOnly: true }],
  };
}

/** @throws {SettingError} for the first variable that does not parse. */
export function fromEnv(env: Environment): RabbitmqSettings {
  const prefetch = textOf(env, "ASYA_RABBITMQ_PREFETCH");
  const address = textOf(env, "ASYA_RABBITMQ_URL") === undefined ? addressOf(env) : urlAddress(env);
  return {
    ...address,
    exchange: textOf(env, "ASYA_RABBITMQ_EXCHANGE") ?? "asya",
    prefetch: prefetch === undefined ? undefined : integerOf("ASYA_RABBITMQ_PREFETCH", prefetch, 1, 65_535),
  };
}

type Address = Omit<RabbitmqSettings, "exchange" | "prefetch">;

function addressOf(env: Environment): Address {
  const files = tlsFiles(env);
  const mode = textOf(env, "ASYA_RABBITMQ_TLS");
  const enabled = mode === undefined ? undefined : choiceOf("ASYA_RABBITMQ_TLS", mode, ["enable", "disable"]);
  if (enabled === "disable" && files !== undefined) {
    throw new SettingError(
      "ASYA_RABBITMQ_TLS",
      'must be enable where certificate files are set, got "disable"',
    );
  }
  const tls = files ?? (enabled === "enable" ? NO_FILES : undefined);
  const port = textOf(env, "ASYA_RABBITMQ_PORT");
  return {
    host: textOf(env, "ASYA_RABBITMQ_HOST") ?? "localhost",
    port: port === undefined ? defaultPort(tls) : integerOf("ASYA_RABBITMQ_PORT", port, 1, 65_535),
    vhost: textOf(env, "ASYA_RABBITMQ_VHOST") ?? "/",
    username: textOf(env, "ASYA_RABBITMQ_USERNAME") ?? "guest",
    password: textOf(env, "ASYA_RABBITMQ_PASSWORD") ?? "guest",
    tls,
  };
}

/** The URL's parts come before the single variables, which fill in what it leaves out (0.1: the URL alone counts). */
function urlAddress(env: Environment): Address {
  const variable = "ASYA_RABBITMQ_URL";
  const url = urlOf(variable, textOf(env, variable) ?? "", ["amqp:", "amqps:"]);
  const files = tlsFiles(env);
  if (url.protocol === "amqp:" && (files !== undefined || textOf(env, "ASYA_RABBITMQ_TLS") === "enable")) {
    throw new SettingError(variable, "must start with amqps:// where TLS or certificate files are set");
  }
  const rest = addressOf({ ...env, ASYA_RABBITMQ_TLS: url.protocol === "amqps:" ? "enable" : "disable" });
  return {
    host: url.hostname === "" ? rest.host : url.hostname,
    port: url.port === "" ? defaultPort(rest.tls) : Number(url.port),
    vhost: url.pathname.length > 1 ? decode(variable, url.pathname.slice(1)) : rest.vhost,
    username: url.username === "" ? rest.username : decode(variable, url.username),
    password: url.password === "" ? rest.password : decode(variable, url.password),
    tls: rest.tls,
  };
}

const NO_FILES: RabbitmqTls = { caFile: undefined, certFile: undefined, keyFile: undefined };

function tlsFiles(env: Environment): RabbitmqTls | undefined {
  const caFile = textOf(env, "ASYA_RABBITMQ_CA_FILE");
  const certFile = textOf(env, "ASYA_RABBITMQ_CERT_FILE");
  const keyFile = textOf(env, "ASYA_RABBITMQ_KEY_FILE");
  if ((certFile === undefined) !== (keyFile === undefined)) {
    const missing = certFile === undefined ? "ASYA_RABBITMQ_CERT_FILE" : "ASYA_RABBITMQ_KEY_FILE";
    throw new SettingError(missing, "must be set: a client certificate needs both its file and its key's");
  }
  return caFile === undefined && certFile === undefined ? undefined : { caFile, certFile, keyFile };
}

function defaultPort(tls: RabbitmqTls | undefined): number {
  return tls === undefined ? 5672 : 5671;
}

function decode(variable: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new SettingError(variable, "must percent-encode its user, password and vhost", { cause });
  }
}
