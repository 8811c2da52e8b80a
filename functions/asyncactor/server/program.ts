import { once } from "node:events";
import type { Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { logVerbosity, ServerCredentials, setLogVerbosity } from "@grpc/grpc-js";
import { pino, stdTimeFunctions, type Logger } from "pino";
import type { Handler } from "./answer.ts";
import { FolderCredentials, watchCredentials } from "./credentials.ts";
import { createMetrics, createMetricsServer } from "./metrics.ts";
import { HELP, parseOptions, UsageError, type LogLevel, type ServerOptions } from "./options.ts";
import { createFunctionServer, listen, stopServer } from "./server.ts";

/** Below Kubernetes' default terminationGracePeriodSeconds of 30. */
const STOP_GRACE_MS = 20_000;
const RELOAD_INTERVAL_MS = 30_000;

/** Runs until SIGTERM or SIGINT. @returns the exit status. */
export async function runProgram(
  handler: Handler,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  try {
    const options = parseOptions(argv, env);
    if (options === "help") process.stdout.write(HELP);
    else await serve(handler, options);
    return 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const usage = error instanceof UsageError;
    process.stderr.write(`function-asyncactor: ${message}${usage ? " (-h explains the flags)" : ""}\n`);
    return usage ? 2 : 1;
  }
}

async function serve(handler: Handler, options: ServerOptions): Promise<void> {
  const stopAsked = stopSignal();
  // n.b. grpc-js writes its errors to stderr as plain text and hands them over as well.
  setLogVerbosity(logVerbosity.NONE);
  const logger = createLogger(options.logLevel);
  const metrics = createMetrics();
  const { maxMessageBytes } = options;
  const { credentials, stopWatching } = createCredentials(options, logger);
  const mutualTls = options.certificateFolder !== undefined;
  const functionServer = createFunctionServer(handler, { maxMessageBytes, metrics, logger, mutualTls });
  let serving = true;
  const metricsServer = createMetricsServer(metrics.registry, () => serving);
  try {
    const metricsPort = await listenForMetrics(metricsServer, options.metricsAddress);
    const port = await listen(functionServer.server, options.address, credentials);
    // n.b. `asya start` and the tests read the ports from this line.
    logger.info({ port, metricsPort, mutualTls }, "listening");
    const signal = await stopAsked;
    serving = false;
    const finished = await stopServer(functionServer, STOP_GRACE_MS);
    if (finished) logger.info({ signal }, "stopped");
    else logger.warn({ signal, graceMs: STOP_GRACE_MS }, "stopped, calls in hand were cut off");
  } finally {
    stopWatching();
    metricsServer.close();
    metricsServer.closeAllConnections();
  }
}

function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, resolve);
  });
}

function createLogger(level: LogLevel): Logger {
  return pino({
    level,
    base: { name: "function-asyncactor" },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}

function createCredentials({ certificateFolder }: ServerOptions, logger: Logger) {
  if (certificateFolder === undefined) {
    logger.warn("--insecure: plain text, anyone who reaches the port may call");
    return { credentials: ServerCredentials.createInsecure(), stopWatching: () => {} };
  }
  const credentials = new FolderCredentials(certificateFolder);
  const stopWatching = watchCredentials(credentials, RELOAD_INTERVAL_MS, {
    reloaded: () => logger.info({ certificateFolder }, "certificates changed, new connections use them"),
    failed: (err) => logger.error({ err }, "changed certificates cannot be used, going on with the old ones"),
  });
  return { credentials, stopWatching };
}

async function listenForMetrics(
  server: HttpServer,
  address: string | undefined,
): Promise<number | undefined> {
  if (address === undefined) return undefined;
  const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  server.listen(Number(port), host);
  try {
    await once(server, "listening");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`cannot listen on --metrics-address ${address}: ${reason}`, { cause });
  }
  return (server.address() as AddressInfo).port;
}
