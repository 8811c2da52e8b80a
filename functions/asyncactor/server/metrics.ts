import { createServer, type Server } from "node:http";
import { collectDefaultMetrics, Counter, Histogram, Registry } from "prom-client";

/** ok = answered; refused = answered with a FATAL result; crashed = the handler threw. */
export type Outcome = "ok" | "refused" | "crashed";

export interface Metrics {
  registry: Registry;
  observe(outcome: Outcome, seconds: number): void;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const calls = new Counter({
    name: "asya_function_calls_total",
    help: "RunFunction calls by outcome: ok, refused (a FATAL result), crashed (the handler threw)",
    labelNames: ["outcome"],
    registers: [registry],
  });
  const duration = new Histogram({
    name: "asya_function_duration_seconds",
    help: "Time from the decoded request to the response, without the network",
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
    registers: [registry],
  });
  for (const outcome of ["ok", "refused", "crashed"] satisfies Outcome[]) calls.inc({ outcome }, 0);
  return {
    registry,
    observe(outcome, seconds) {
      calls.inc({ outcome });
      duration.observe(seconds);
    },
  };
}

/** GET /metrics and /healthz; /healthz turns 503 once `isServing` says no. */
export function createMetricsServer(registry: Registry, isServing: () => boolean): Server {
  return createServer((request, response) => {
    const reply = (code: number, type: string, body: string) => {
      response
        .writeHead(code, { "content-type": type, "cache-control": "no-store" })
        .end(request.method === "HEAD" ? "" : body);
    };
    const path = request.url?.split("?")[0];
    if (request.method !== "GET" && request.method !== "HEAD") return reply(405, "text/plain", "only GET\n");
    if (path === "/healthz")
      return isServing() ? reply(200, "text/plain", "ok\n") : reply(503, "text/plain", "stopping\n");
    if (path !== "/metrics") return reply(404, "text/plain", "only /metrics and /healthz\n");
    registry.metrics().then(
      (text) => reply(200, registry.contentType, text),
      (error: unknown) => reply(500, "text/plain", `${String(error)}\n`),
    );
  });
}
