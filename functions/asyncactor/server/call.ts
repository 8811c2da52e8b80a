/** The client's side of a RunFunction call, for `asya start`, benchmarks and tests. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  FunctionRunnerServiceService,
  RunFunctionRequest,
  RunFunctionResponse,
} from "@crossplane-org/function-sdk-typescript";
import { Client, credentials, type ChannelCredentials } from "@grpc/grpc-js";

const { path } = FunctionRunnerServiceService.runFunction;
const UNLIMITED = -1;

/** Mutual TLS with the files of `makeCertificates`; the authority and the client may come from different folders. */
export function clientCredentials(authorityFolder: string, clientFolder?: string): ChannelCredentials {
  const authority = readFileSync(join(authorityFolder, "ca.crt"));
  if (clientFolder === undefined) return credentials.createSsl(authority);
  const [key, certificate] = ["client.key", "client.crt"].map((name) =>
    readFileSync(join(clientFolder, name)),
  );
  return credentials.createSsl(authority, key, certificate);
}

export class FunctionClient {
  readonly #client: Client;

  constructor(address: string, channelCredentials: ChannelCredentials) {
    this.#client = new Client(address, channelCredentials, {
      "grpc.max_receive_message_length": UNLIMITED,
      "grpc.max_send_message_length": UNLIMITED,
      "grpc.enable_channelz": 0,
    });
  }

  async run(request: RunFunctionRequest, timeoutMs = 10_000): Promise<RunFunctionResponse> {
    return RunFunctionResponse.decode(
      await this.runBytes(RunFunctionRequest.encode(request).finish(), timeoutMs),
    );
  }

  /** The same without coding, where only bytes matter. */
  runBytes(request: Uint8Array, timeoutMs = 10_000): Promise<Uint8Array> {
    const same = (bytes: Uint8Array) => Buffer.from(bytes);
    return new Promise((resolve, reject) => {
      const deadline = Date.now() + timeoutMs;
      this.#client.makeUnaryRequest(path, same, same, request, { deadline }, (error, response) => {
        if (error !== null) reject(error);
        else resolve(response as Uint8Array);
      });
    });
  }

  close(): void {
    this.#client.close();
  }
}
