/** The repo-server's side of the plugin protocol, for benchmarks and tests. */
import { createHash } from "node:crypto";
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import { decodeManifests, encodePart, type Metadata, PLUGIN_SERVICE } from "./protocol.ts";

/** As repo-server cuts them. */
const CHUNK_BYTES = 1_024;

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
    const whole = { appName: "app", appRelPath: "", checksum, size: archive.length, env: {}, ...metadata };
    const { path, requestSerialize, responseDeserialize } = PLUGIN_SERVICE.generateManifest;
    return await new Promise((resolve, reject) => {
      const answered = (error: ServiceError | null, bytes?: Buffer) => {
        if (error === null && bytes !== undefined) resolve(decodeManifests(bytes));
        else reject(error ?? new Error("no answer"));
      };
      const call = this.#client.makeClientStreamRequest<Uint8Array, Buffer>(
        path,
        requestSerialize,
        responseDeserialize,
        answered,
      );
      call.on("error", () => undefined);
      call.write(encodePart({ metadata: whole }));
      for (let from = 0; from < archive.length; from += CHUNK_BYTES)
        call.write(encodePart({ chunk: archive.subarray(from, from + CHUNK_BYTES) }));
      call.end();
    });
  }

  close(): void {
    this.#client.close();
  }
}
