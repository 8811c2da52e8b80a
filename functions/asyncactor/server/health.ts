/** The standard gRPC health service: https://github.com/grpc/grpc/blob/master/doc/health-checking.md */
import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
import {
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";

const STATUS = { SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 } as const;
type Status = (typeof STATUS)[keyof typeof STATUS];

interface HealthRequest {
  service: string;
}

// n.b. the package grpc-health-check reads its .proto file at run time, which a bundle does not have.
const method = {
  requestStream: false,
  requestSerialize: ({ service }: HealthRequest) =>
    Buffer.from(new BinaryWriter().uint32(10).string(service).finish()),
  requestDeserialize: readRequest,
  responseSerialize: (value: Status) => Buffer.from(new BinaryWriter().uint32(8).int32(value).finish()),
  responseDeserialize: (bytes: Buffer) => bytes[1],
} as const;

export const HealthService = {
  check: { ...method, path: "/grpc.health.v1.Health/Check", responseStream: false },
  watch: { ...method, path: "/grpc.health.v1.Health/Watch", responseStream: true },
} as const;

/** Says of the server as a whole ("") and of the named services whether they serve. */
export class Health {
  readonly #services: ReadonlySet<string>;
  readonly #watchers = new Set<(value: Status) => void>();
  #serving = true;

  constructor(services: readonly string[]) {
    this.#services = new Set(["", ...services]);
  }

  /** NOT_SERVING from now on; watchers are told and released. */
  stop(): void {
    this.#serving = false;
    for (const watcher of this.#watchers) watcher(STATUS.NOT_SERVING);
    this.#watchers.clear();
  }

  implementation(): UntypedServiceImplementation {
    return {
      check: (call: ServerUnaryCall<HealthRequest, Status>, callback: sendUnaryData<Status>) => {
        const value = this.#statusOf(call.request.service);
        if (value !== STATUS.SERVICE_UNKNOWN) callback(null, value);
        else callback({ code: status.NOT_FOUND, details: `unknown service "${call.request.service}"` });
      },
      watch: (call: ServerWritableStream<HealthRequest, Status>) => this.#watch(call),
    };
  }

  #watch(call: ServerWritableStream<HealthRequest, Status>): void {
    const value = this.#statusOf(call.request.service);
    call.write(value);
    if (value === STATUS.SERVICE_UNKNOWN) return;
    if (value === STATUS.NOT_SERVING) return void call.end();
    const watcher = (changed: Status) => {
      call.write(changed);
      call.end();
    };
    this.#watchers.add(watcher);
    call.on("cancelled", () => this.#watchers.delete(watcher));
  }

  #statusOf(service: string): Status {
    if (!this.#services.has(service)) return STATUS.SERVICE_UNKNOWN;
    return this.#serving ? STATUS.SERVING : STATUS.NOT_SERVING;
  }
}

function readRequest(bytes: Buffer): HealthRequest {
  const reader = new BinaryReader(bytes);
  let service = "";
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) service = reader.string();
    else reader.skip(wireType, field);
  }
  return { service };
}
