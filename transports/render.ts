import type { Transport } from "./contract.ts";
import { rabbitmq } from "./rabbitmq/render.ts";
import { sqs } from "./sqs/render.ts";

/** Every transport that can be rendered, by the `type` that platforms write. */
export const renderTransports = { rabbitmq, sqs } as const satisfies Record<string, Transport<never>>;

export type TransportType = keyof typeof renderTransports;
