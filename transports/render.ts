import type { Transport } from "./contract.ts";
import { rabbitmq } from "./rabbitmq/render.ts";
import { sqs } from "./sqs/render.ts";

const transports = { rabbitmq, sqs };

/** What a platform's transport may say as its `type`. */
export type TransportType = keyof typeof transports;

/** Every transport that can be rendered, by type. Whoever calls one has checked the config against its schema. */
export const renderTransports: Readonly<Record<TransportType, Transport<unknown>>> = transports;
