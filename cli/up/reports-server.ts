import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parseExact } from "../../core/json-exact.ts";

const MAX_BODY_BYTES = 256 * 1024 * 1024;

/** What sidecars tell (SPEC section 5) and what `asya send` asks, by the path behind the secret. */
export interface Desk {
  progress(id: string, report: unknown): void;
  final(id: string, report: unknown): void;
  /** The body is an envelope. Lines written to `response` are the answer. */
  send(body: Buffer, response: ServerResponse): Promise<void>;
}

/** A wrong request; the text is for whoever sent it. */
export class RequestError extends Error {
  override readonly name = "RequestError";
}

/** @returns the server and its address, which holds a secret: web pages in a browser of this machine cannot guess it. */
export async function serveReports(desk: Desk): Promise<{ server: Server; url: string }> {
  const secret = randomBytes(12).toString("hex");
  const server = createServer((request, response) => {
    void answer(desk, `/${secret}`, request, response).catch((error: unknown) => {
      const wrong = error instanceof RequestError || error instanceof SyntaxError;
      if (!response.headersSent) response.writeHead(wrong ? 400 : 500, { "content-type": "text/plain" });
      response.end(error instanceof Error ? error.message : String(error));
    });
  });
  // A connection that the server closes just as a sidecar uses it again would lose a report.
  server.keepAliveTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}/${secret}` };
}

async function answer(desk: Desk, base: string, request: IncomingMessage, response: ServerResponse) {
  const path = request.url ?? "";
  if (!path.startsWith(`${base}/`)) return void response.writeHead(404).end("not found\n");
  const [resource, id, kind] = path.slice(base.length + 1).split("/");
  if (request.method !== "POST") return void response.writeHead(resource === "health" ? 200 : 405).end();
  const body = await bodyOf(request);
  if (resource === "send") return await desk.send(body, response);
  if (resource !== "envelopes") return void response.writeHead(404).end("not found\n");
  const report = parseExact(body.toString("utf8"));
  if (id !== undefined && kind === "progress") desk.progress(decodeURIComponent(id), report);
  if (id !== undefined && kind === "final") desk.final(decodeURIComponent(id), report);
  response.writeHead(200, { "content-type": "application/json" }).end('{"status":"ok"}');
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new RequestError(`more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
