import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Server,
  ServerCredentials,
  type ServerReadableStream,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { announcements } from "../parameters.ts";
import { AnswerCache } from "./cache.ts";
import type { CallAnswer } from "./answer-folder.ts";
import { type CallResult, generateCall } from "./generate-call.ts";
import { Parts } from "./parts.ts";
import { encodeAnnouncements, PLAIN_CONFIGURATION, PLUGIN_SERVICE, SUPPORTED } from "./protocol.ts";
import type { AnswerProcesses } from "./processes.ts";

const CACHE_BYTES = 64 * 2 ** 20;
/** n.b. Argo CD gives up after 60 s, and says nothing of the time. */
const DEADLINE_MS = 50_000;
/** n.b. repo-server has packed the whole archive before it sends the first part. */
const IDLE_MS = 8_000;

export interface PluginServer {
  /** Finishes the calls in hand. */
  stop(): Promise<void>;
}

export interface Told {
  ms: number;
  outcome: "ok" | "refused" | "failed";
  result?: CallResult;
  error?: Error;
}

/**
 * Serves Argo CD's plugin protocol on a socket.
 *
 * @param socket - `NAME-VERSION.sock` in the folder that repo-server looks in.
 * @param tell - is told of each call.
 * @param processes - for large folders; without them all are answered in this one.
 */
export async function startPluginServer(
  socket: string,
  tell: (told: Told) => void,
  processes?: AnswerProcesses,
): Promise<PluginServer> {
  const place = await mkdtemp(join(tmpdir(), "asya-plugin-"));
  const cache = new AnswerCache<CallAnswer>(CACHE_BYTES);
  const server = new Server({
    "grpc.max_receive_message_length": 16 * 2 ** 20,
    "grpc.max_send_message_length": -1,
  });
  server.addService(PLUGIN_SERVICE, {
    generateManifest: (call: ServerReadableStream<Buffer, Uint8Array>, done: sendUnaryData<Uint8Array>) => {
      const startedAt = performance.now();
      const told = (more: Omit<Told, "ms">) => tell({ ms: performance.now() - startedAt, ...more });
      const parts = new Parts(call, IDLE_MS);
      withDeadline(generateCall(parts, place, cache, processes), (late) => parts.stop(late)).then(
        (result) => {
          const { answer } = result;
          if ("manifests" in answer) {
            told({ outcome: "ok", result });
            done(null, answer.manifests);
          } else {
            told({ outcome: "refused", result });
            done({ code: status.UNKNOWN, details: answer.refusal });
          }
        },
        (reason: unknown) => {
          const error = reason instanceof Error ? reason : new Error(String(reason));
          told({ outcome: "failed", error });
          done({ code: status.INTERNAL, details: `asya-plugin: ${error.message}` });
        },
      );
    },
    checkPluginConfiguration: (_: unknown, done: sendUnaryData<Uint8Array>) =>
      done(null, PLAIN_CONFIGURATION),
    matchRepository: (call: ServerReadableStream<Buffer, Uint8Array>, done: sendUnaryData<Uint8Array>) => {
      call.resume().on("end", () => done(null, SUPPORTED));
    },
    getParametersAnnouncement: (
      call: ServerReadableStream<Buffer, Uint8Array>,
      done: sendUnaryData<Uint8Array>,
    ) => {
      const encoded = encodeAnnouncements(announcements());
      call.resume().on("end", () => done(null, encoded));
    },
  });
  // One that an earlier process left is in the way.
  rmSync(socket, { force: true });
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    ),
  );
  return {
    stop: async () => {
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      await rm(place, { recursive: true, force: true });
    },
  };
}

async function withDeadline<Result>(work: Promise<Result>, stop: (late: Error) => void): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const words = `not answered within ${DEADLINE_MS / 1_000} s: the repository is too large or its folder takes too long`;
    timer = setTimeout(() => {
      const late = new Error(words);
      reject(late);
      stop(late);
    }, DEADLINE_MS);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
