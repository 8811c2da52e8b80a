import { parseArgs } from "node:util";

export interface ServerOptions {
  address: string;
  /** Folder with ca.crt, tls.crt and tls.key; undefined only where --insecure was said. */
  certificateFolder: string | undefined;
  /** undefined = no metrics server. */
  metricsAddress: string | undefined;
  maxMessageBytes: number;
  logLevel: LogLevel;
}

const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A command line that cannot be meant; the message names flag and value. */
export class UsageError extends Error {
  override name = "UsageError";
}

const DEFAULTS = {
  address: "0.0.0.0:9443",
  certificateFolder: "/tls/server",
  metricsAddress: ":8080",
  maxMessageBytes: 64 * 1024 * 1024,
  logLevel: "info",
} as const;

export const HELP = `Usage: function-asyncactor [OPTION ...]

Answers Crossplane's RunFunction calls for AsyncActors over gRPC with mutual TLS.

  --address HOST:PORT          where to listen (${DEFAULTS.address}); port 0 takes a free one and logs it
  --tls-server-certs-dir DIR   folder with ca.crt, tls.crt and tls.key (environment TLS_SERVER_CERTS_DIR,
                               else ${DEFAULTS.certificateFolder}); read again when the files change. Only clients
                               whose certificate ca.crt has signed get an answer
  --insecure                   plain text, no certificates: anyone who reaches the port may call
  --metrics-address HOST:PORT  Prometheus metrics at /metrics, liveness at /healthz (${DEFAULTS.metricsAddress}), or off
  --max-message-bytes N        largest request and response (${DEFAULTS.maxMessageBytes})
  --log-level LEVEL            ${LOG_LEVELS.join(", ")} (${DEFAULTS.logLevel}); payloads are never logged
  -d, --debug                  the same as --log-level debug
  -h, --help                   this text

Exit status: 0 after SIGTERM or SIGINT, 1 when it cannot start, 2 for a wrong command line.
`;

/** @returns "help" where the text is asked for. @throws {UsageError} */
export function parseOptions(argv: readonly string[], env: NodeJS.ProcessEnv): ServerOptions | "help" {
  const flags = parseFlags(argv);
  if (flags.help) return "help";
  return {
    address: checkAddress("--address", flags.address ?? DEFAULTS.address),
    certificateFolder: flags.insecure ? undefined : certificateFolder(flags["tls-server-certs-dir"], env),
    metricsAddress: metricsAddress(flags["metrics-address"] ?? DEFAULTS.metricsAddress),
    maxMessageBytes: messageBytes(flags["max-message-bytes"]),
    logLevel: flags.debug ? "debug" : logLevel(flags["log-level"] ?? DEFAULTS.logLevel),
  };
}

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: false,
      options: {
        address: { type: "string" },
        "tls-server-certs-dir": { type: "string" },
        insecure: { type: "boolean" },
        "metrics-address": { type: "string" },
        "max-message-bytes": { type: "string" },
        "log-level": { type: "string" },
        debug: { type: "boolean", short: "d" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(message.replace(/\. (To specify|This command).*/s, ""), { cause });
  }
}

function certificateFolder(flag: string | undefined, env: NodeJS.ProcessEnv): string {
  const folder = flag ?? env["TLS_SERVER_CERTS_DIR"] ?? DEFAULTS.certificateFolder;
  if (folder !== "") return folder;
  const source = flag === undefined ? "TLS_SERVER_CERTS_DIR" : "--tls-server-certs-dir";
  throw new UsageError(
    `${source} is empty: name the folder with ca.crt, tls.crt and tls.key, or say --insecure`,
  );
}

function metricsAddress(value: string): string | undefined {
  return value === "off"
    ? undefined
    : checkAddress("--metrics-address", value.startsWith(":") ? `0.0.0.0${value}` : value);
}

function checkAddress(flag: string, value: string): string {
  const port = /^(?:[^\s:[\]/]+|\[[0-9a-fA-F:.]+\]):(\d{1,5})$/.exec(value)?.[1];
  if (port === undefined || Number(port) > 65_535)
    throw new UsageError(`${flag} must be HOST:PORT, got "${value}"`);
  return value;
}

function messageBytes(value: string | undefined): number {
  if (value === undefined) return DEFAULTS.maxMessageBytes;
  const bytes = /^\d{1,10}$/.test(value) ? Number(value) : 0;
  if (bytes >= 1_024 && bytes <= 2 ** 31 - 1) return bytes;
  throw new UsageError(`--max-message-bytes must be a whole number from 1024 to 2147483647, got "${value}"`);
}

function logLevel(value: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === value);
  if (level === undefined)
    throw new UsageError(`--log-level must be one of ${LOG_LEVELS.join(", ")}, got "${value}"`);
  return level;
}
