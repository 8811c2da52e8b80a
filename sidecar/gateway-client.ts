import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

const TIMEOUT_MS = 5_000;
const MAX_SOCKETS = 4;

/** The gateway answered, but not as it should. `status` 404 = it does not know this envelope. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly status: number;

  constructor(path: string, status: number) {
    super(`the gateway answered ${path} with HTTP ${status}`);
    this.status = status;
  }
}

/** POSTs JSON to the gateway over a few lasting connections. */
export class GatewayClient {
  readonly #base: URL;
  readonly #agent: HttpAgent;

  constructor(base: URL) {
    this.#base = base;
    const options = { keepAlive: true, maxSockets: MAX_SOCKETS };
    this.#agent = base.protocol === "https:" ? new HttpsAgent(options) : new HttpAgent(options);
  }

  /** @throws {GatewayError} or the network's error. */
  post(path: string, body: Uint8Array): Promise<void> {
    const url = new URL(this.#base.href.replace(/\/$/, "") + path);
    const request = url.protocol === "https:" ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const call = request(url, {
        method: "POST",
        agent: this.#agent,
        headers: { "content-type": "application/json", "content-length": body.length },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      call.on("error", reject);
      call.on("response", (response) => {
        response.resume();
        response.on("error", reject);
        response.on("end", () => {
          const status = response.statusCode ?? 0;
          if (status >= 200 && status < 300) resolve();
          else reject(new GatewayError(path, status));
        });
      });
      call.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
