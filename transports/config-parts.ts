/** Parts of config schemas that every transport words alike. */

const secretName = {
  type: "string",
  minLength: 1,
  maxLength: 253,
  description: "Name of a Secret in the actor's namespace.",
} as const;

export const SECRET_KEY_REF = {
  type: "object",
  additionalProperties: false,
  required: ["name", "key"],
  description: "One key of a Secret in the actor's namespace.",
  properties: {
    name: secretName,
    key: { type: "string", minLength: 1, maxLength: 253, description: "Key in the Secret's data." },
  },
} as const;

/** The `queues` settings of Asya 0.1 that all transports share; SQS adds the retention of dead letters. */
export const AUTO_CREATE = {
  type: "boolean",
  description: "Render queue objects (default true). false: the platform made the queues itself.",
} as const;

export const FORCE_RECREATE = {
  type: "boolean",
  description:
    "Accepted for compatibility with Asya 0.1; has no effect: a queue is never recreated behind its messages.",
} as const;

export const DLQ_ENABLED = {
  type: "boolean",
  description: "A dead-letter queue per actor (default true).",
} as const;

export const MAX_RETRY_COUNT = {
  type: "integer",
  minimum: 1,
  maximum: 1000,
  description:
    "Deliveries after which the broker moves a message to the dead-letter queue: the last net for a message that kills its reader (default 20). Retries after errors are counted by the sidecar (spec.retry), not by the broker.",
} as const;
