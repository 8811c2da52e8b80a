import { Agent, request, type RequestOptions } from "node:https";
import type { IncomingMessage } from "node:http";
import type { KubeConfig } from "@kubernetes/client-node";
import { isObject } from "../core/json.ts";

/** A request that the API server refused. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  /** Kubernetes' word for it, such as NotFound; "" where the answer is not the API server's. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

export interface Call {
  body?: unknown;
  contentType?: string;
  timeoutMs?: number;
}

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 512 * 1024 * 1024;

/**
 * JSON over the connection that a kubeconfig describes.
 *
 * n.b. @kubernetes/client-node 2.0.1 opens a new connection for each of its own requests, and turns times of listed
 * objects into Date, of watched ones not.
 */
export class Api {
  readonly #config: KubeConfig;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });

  constructor(config: KubeConfig) {
    this.#config = config;
  }

  /** @throws {ApiError} */
  async call(
    method: string,
    path: string,
    { body, contentType, timeoutMs = TIMEOUT_MS }: Call = {},
  ): Promise<unknown> {
    const cluster = this.#config.getCurrentCluster();
    if (cluster === null) throw new Error("the kubeconfig has no current cluster");
    const options: RequestOptions = { method };
    await this.#config.applyToHTTPSOptions(options);
    // A proxy needs the agent that the kubeconfig chose.
    if (cluster.proxyUrl === undefined) options.agent = this.#agent;
    const payload = body === undefined ? undefined : JSON.stringify(body);
    options.headers = {
      ...(options.headers as Record<string, string>),
      accept: "application/json",
      "user-agent": "asya-observer",
      ...(payload === undefined
        ? {}
        : {
            "content-type": contentType ?? "application/json",
            "content-length": Buffer.byteLength(payload),
          }),
    };
    options.signal = AbortSignal.timeout(timeoutMs);
    const { status, text } = await exchange(cluster.server + path, options, payload);
    const answer = parsed(text);
    if (status >= 200 && status < 300) return answer;
    throw refusal(status, answer, text);
  }

  close(): void {
    this.#agent.destroy();
  }
}

function exchange(
  url: string,
  options: RequestOptions,
  payload: string | undefined,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_BYTES) response.destroy(new Error(`the answer has more than ${MAX_BYTES} bytes`));
        else chunks.push(chunk);
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
      );
      response.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end(payload);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusal(status: number, answer: unknown, text: string): ApiError {
  const said = isObject(answer) ? answer : {};
  const message = typeof said["message"] === "string" ? said["message"] : text.slice(0, 200).trim();
  return new ApiError(status, typeof said["reason"] === "string" ? said["reason"] : "", message);
}
