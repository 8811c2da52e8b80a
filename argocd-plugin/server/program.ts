import type { Server as HttpServer } from "node:http";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { pino, stdTimeFunctions } from "pino";
import { collectDefaultMetrics, Counter, Histogram, Registry } from "prom-client";
import { startPluginServer, type Told } from "./server.ts";
import { AnswerProcesses } from "./processes.ts";

const USAGE = `Usage: asya-plugin-server --socket FILE [--metrics-address HOST:PORT]

Serves Argo CD's plugin protocol on a socket, so that no process is started for each generate. FILE is NAME-VERSION.sock in
the folder that repo-server looks in, e.g. /home/argocd/cmp-server/plugins/asya-v0.1.0.sock.
`;

/**
 * Runs until SIGTERM or SIGINT.
 *
 * @param program - the program's own file, for its processes.
 * @returns the exit status.
 */
export async function runServer(argv: string[], program: URL): Promise<number> {
  const options = readOptions(argv);
  if (typeof options === "string") {
    process.stderr.write(options);
    return options === USAGE ? 0 : 2;
  }
  const log = pino({ base: { name: "asya-plugin-server" }, timestamp: stdTimeFunctions.isoTime });
  const { registry, observe } = createMetrics();
  const tell = (told: Told) => {
    observe(told);
    const { ms, outcome, result, error } = told;
    const { appName, cached, packedBytes } = result ?? {};
    const line = { app: appName, outcome, ms: Math.round(ms), cached, packedBytes };
    if (error === undefined) log.info(line, "generate");
    else log.error({ ...line, reason: error.message }, "generate");
  };
  const server = await startPluginServer(options.socket, tell, new AnswerProcesses(program));
  const vitals = serveVitals(registry, options.metricsAddress);
  log.info({ socket: options.socket }, "listening");
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  });
  await server.stop();
  vitals?.close();
  vitals?.closeAllConnections();
  log.info("stopped");
  return 0;
}

function readOptions(argv: string[]): { socket: string; metricsAddress: string | undefined } | string {
  try {
    const options = {
      socket: { type: "string" },
      "metrics-address": { type: "string" },
      help: { type: "boolean", short: "h" },
    } as const;
    const { values } = parseArgs({ args: argv, options });
    if (values.help === true) return USAGE;
    if (values.socket === undefined) return `asya-plugin-server: --socket is missing\n\n${USAGE}`;
    return { socket: values.socket, metricsAddress: values["metrics-address"] };
  } catch (error) {
    return `asya-plugin-server: ${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`;
  }
}

function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const calls = new Counter({
    name: "asya_plugin_generates_total",
    help: "Generates by outcome: ok, refused (findings), failed; and whether the answer came from memory",
    labelNames: ["outcome", "cached"],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: "asya_plugin_generate_seconds",
    help: "Time from the first part of a repository to the answer",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  const bytes = new Counter({
    name: "asya_plugin_archive_bytes_total",
    help: "Bytes of repositories' archives, packed",
    registers: [registry],
  });
  const observe = ({ ms, outcome, result }: Told) => {
    calls.inc({ outcome, cached: String(result?.cached === true) });
    seconds.observe(ms / 1_000);
    bytes.inc(result?.packedBytes ?? 0);
  };
  return { registry, observe };
}

function serveVitals(registry: Registry, address: string | undefined): HttpServer | undefined {
  if (address === undefined) return undefined;
  const colon = address.lastIndexOf(":");
  const [host, port] = [address.slice(0, colon), address.slice(colon + 1)];
  const server = createServer((request, response) => {
    if (request.url !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    void registry
      .metrics()
      .then((text) => response.writeHead(200, { "content-type": registry.contentType }).end(text));
  });
  return server.listen(Number(port), host || undefined);
}
