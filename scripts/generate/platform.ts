import type { Schema } from "../../core/schema.ts";
import { platformSchema } from "../../functions/asyncactor/compose/platform-schema.ts";
import { RABBITMQ_CONFIG_SCHEMA } from "../../transports/rabbitmq/config.ts";
import { SQS_CONFIG_SCHEMA } from "../../transports/sqs/config.ts";

const TRANSPORTS = [
  { type: "rabbitmq", configSchema: RABBITMQ_CONFIG_SCHEMA },
  { type: "sqs", configSchema: SQS_CONFIG_SCHEMA },
];

/** The platform's schema, standard JSON Schema, with one copy of the spec layer's. */
export function platformJsonSchema(specLayer: Schema): Schema {
  const schema = platformSchema(TRANSPORTS, { $ref: "#/definitions/specLayer" }) as Schema;
  return { ...schema, definitions: { specLayer } };
}
