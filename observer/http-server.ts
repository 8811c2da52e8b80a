import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Registry } from "prom-client";

/** `/metrics`, `/health` (the process lives) and `/ready` (`notReady` has no reason). */
export function createVitalsServer(registry: Registry, notReady: () => string | undefined): Server {
  return createServer((request, response) => {
    const reply = (code: number, type: string, body: string) =>
      void response
        .writeHead(code, { "content-type": type, "cache-control": "no-store" })
        .end(request.method === "HEAD" ? "" : body);
    const path = request.url?.split("?")[0];
    if (request.method !== "GET" && request.method !== "HEAD") return reply(405, "text/plain", "only GET\n");
    if (path === "/health") return reply(200, "text/plain", "OK");
    if (path === "/ready") {
      const reason = notReady();
      return reason === undefined ? reply(200, "text/plain", "OK") : reply(503, "text/plain", `${reason}\n`);
    }
    if (path !== "/metrics") return reply(404, "text/plain", "not found\n");
    return void registry.metrics().then(
      (text) => reply(200, registry.contentType, text),
      (error: unknown) => reply(500, "text/plain", `${String(error)}\n`),
    );
  });
}

/** @returns the port. */
export async function listenOn(
  server: Server,
  { host, port }: { host: string | undefined; port: number },
): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`cannot listen on ASYA_METRICS_ADDR ${host ?? ""}:${port}: ${reason}`, { cause });
  }
  return (server.address() as AddressInfo).port;
}
