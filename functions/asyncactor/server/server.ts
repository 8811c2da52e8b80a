import {
  FunctionRunnerServiceService,
  type RunFunctionRequest,
  type RunFunctionResponse,
} from "@crossplane-org/function-sdk-typescript";
import {
  Server,
  status,
  type sendUnaryData,
  type ServerCredentials,
  type ServerUnaryCall,
} from "@grpc/grpc-js";
import type { Logger } from "pino";
import { answer, subjectOf, type Handler } from "./answer.ts";
import { Health, HealthService } from "./health.ts";
import type { Metrics } from "./metrics.ts";

const SERVICE_NAME = "apiextensions.fn.proto.v1.FunctionRunnerService";

export interface FunctionServer {
  server: Server;
  health: Health;
}

export interface FunctionServerOptions {
  maxMessageBytes: number;
  metrics: Metrics;
  logger: Logger;
  /** Who calls must have shown a certificate that the credentials know. */
  mutualTls: boolean;
}

export function createFunctionServer(
  handler: Handler,
  { maxMessageBytes, metrics, logger, mutualTls }: FunctionServerOptions,
): FunctionServer {
  const health = new Health([SERVICE_NAME]);
  const server = new Server({
    // n.b. the SDK's server takes 4 MiB, which one actor with many observed objects and schemas exceeds.
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
    // n.b. with grpc.enable_channelz 0, forceShutdown of grpc-js 1.14 leaves open sessions alone.
  });
  server.addService(HealthService, health.implementation());
  server.addService(FunctionRunnerServiceService, {
    runFunction(
      call: ServerUnaryCall<RunFunctionRequest, RunFunctionResponse>,
      callback: sendUnaryData<RunFunctionResponse>,
    ) {
      if (mutualTls && call.getAuthContext()?.sslPeerCertificate === undefined) {
        logger.warn({ peer: call.getPeer() }, "refused a client: its certificate is not one of ca.crt's");
        callback({
          code: status.UNAUTHENTICATED,
          details: "the client's certificate is not one of ca.crt's",
        });
        return;
      }
      respond(handler, call.request, metrics, logger).then(
        (response) => callback(null, response),
        (error: unknown) => callback({ code: status.INTERNAL, details: String(error) }),
      );
    },
  });
  return { server, health };
}

async function respond(handler: Handler, request: RunFunctionRequest, metrics: Metrics, logger: Logger) {
  const startedAt = performance.now();
  const { response, outcome, error } = await answer(handler, request);
  const seconds = (performance.now() - startedAt) / 1_000;
  metrics.observe(outcome, seconds);
  const fields = { actor: subjectOf(request), outcome, seconds };
  if (outcome === "crashed") logger.error({ ...fields, err: error }, "the handler threw");
  else logger.debug(fields, "answered");
  return response;
}

/** @returns the port. @throws where the address cannot be bound, with a message that names it. */
export function listen(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error === null) resolve(port);
      else reject(new Error(`cannot listen on ${address}: ${error.message}`, { cause: error }));
    });
  });
}

/** Takes no new calls, finishes those in hand for at most `graceMs`. @returns whether all were finished. */
export function stopServer({ server, health }: FunctionServer, graceMs: number): Promise<boolean> {
  health.stop();
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.forceShutdown();
      resolve(false);
    }, graceMs);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
