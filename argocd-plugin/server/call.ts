/** The repo-server's side of the plugin protocol, for benchmarks and tests. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { Client, type ClientWritableStream, credentials, type ServiceError } from "@grpc/grpc-js";
import { decodeManifests, encodePart, type Metadata, PLUGIN_SERVICE } from "./protocol.ts";

/** As repo-server cuts them. */
const CHUNK_BYTES = 1_024;

export interface OpenCall {
  /** The manifests, JSON each; rejects with a ServiceError whose details are the plugin's words. */
  answer: Promise<string[]>;
  stream: ClientWritableStream<Uint8Array>;
}

export class PluginClient {
  readonly #client: Client;

  constructor(socket: string) {
    this.#client = new Client(`unix:${socket}`, credentials.createInsecure(), {
      "grpc.max_receive_message_length": -1,
    });
  }

  /** @returns the manifests, JSON each. @throws {ServiceError} whose details are the plugin's words. */
  async generate(archive: Uint8Array, metadata: Partial<Metadata> = {}): Promise<string[]> {
    const checksum = createHash("sha256").update(archive).digest("hex");
    return await this.send(cut(archive), { checksum, size: archive.length, ...metadata });
  }

  /** Sends an archive as it is produced, as fast as it is taken; stops where the server has answered. */
  async send(
    chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    metadata: Partial<Metadata>,
  ): Promise<string[]> {
    const { stream, answer } = this.open();
    let answered = false;
    const over = answer.then(
      () => (answered = true),
      () => (answered = true),
    );
    stream.write(encodePart({ metadata: { ...NO_METADATA, ...metadata } }));
    for await (const chunk of chunks) {
      if (answered) break;
      if (!stream.write(encodePart({ chunk }))) await Promise.race([once(stream, "drain"), over]);
    }
    if (!answered) stream.end();
    return await answer;
  }

  /** A call whose messages are the caller's. */
  open(): OpenCall {
    const { path, requestSerialize, responseDeserialize } = PLUGIN_SERVICE.generateManifest;
    const { promise, resolve, reject } = Promise.withResolvers<string[]>();
    const answered = (error: ServiceError | null, bytes?: Buffer) => {
      if (error === null && bytes !== undefined) resolve(decodeManifests(bytes));
      else reject(error ?? new Error("no answer"));
    };
    const stream = this.#client.makeClientStreamRequest<Uint8Array, Buffer>(
      path,
      requestSerialize,
      responseDeserialize,
      answered,
    );
    stream.on("error", () => undefined);
    return { answer: promise, stream };
  }

  close(): void {
    this.#client.close();
  }
}

const NO_METADATA: Metadata = { appName: "app", appRelPath: "", checksum: "", size: 0, env: {} };

function* cut(archive: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < archive.length; from += CHUNK_BYTES)
    yield archive.subarray(from, from + CHUNK_BYTES);
}
