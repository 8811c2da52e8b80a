import { isObject } from "../../../core/json.ts";

/** What a transport brings to the platform's schema. */
export interface ConfigSchemaSource {
  type: string;
  configSchema: object;
}

const URL = { type: "string", pattern: "^https?://[^\\s]+$" } as const;
const QUANTITIES = { type: "object", additionalProperties: { type: ["string", "number"] } } as const;

const SIDECAR = {
  type: "object",
  additionalProperties: false,
  required: ["image"],
  description: "The container asya-sidecar of every actor, and its init container asya-runtime-install.",
  properties: {
    image: {
      type: "string",
      minLength: 1,
      description: "Image of the sidecar; it also carries the runtime's script.",
    },
    imagePullPolicy: {
      type: "string",
      enum: ["Always", "IfNotPresent", "Never"],
      description: "Default IfNotPresent.",
    },
    imagePullSecrets: {
      type: "array",
      description: "Secrets in the actor's namespace, added to every pod.",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["name"],
        properties: { name: { type: "string", minLength: 1 } },
      },
    },
    resources: {
      type: "object",
      additionalProperties: false,
      description: "Resources of the sidecar; an actor's spec.sidecar.resources come over them.",
      properties: { limits: QUANTITIES, requests: QUANTITIES },
    },
    metricsPort: {
      type: "integer",
      minimum: 1,
      maximum: 65535,
      description: "Port of /metrics, /health and /ready (default 8080).",
    },
    allowedImages: {
      type: "array",
      items: { type: "string", minLength: 1 },
      description:
        "Images that actors may name in spec.sidecar.image, where * stands for any characters (default: any image).",
    },
  },
} as const;

/**
 * JSON Schema of the platform's settings: `data` of EnvironmentConfig `asya-platform`.
 *
 * @param specLayer - schema of an actor's spec of which nothing is required: what `defaults` may hold.
 */
export function platformSchema(transports: readonly ConfigSchemaSource[], specLayer: object): object {
  const properties = settings(transports, specLayer);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Asya platform settings",
    description: "data of EnvironmentConfig asya-platform",
    type: "object",
    additionalProperties: false,
    required: ["transports", "sidecar"],
    properties: {
      ...properties,
      namespaces: {
        type: "object",
        description:
          "Settings of one namespace by its name: the same keys; merged over the others before anything is read.",
        additionalProperties: withoutRequired({ type: "object", additionalProperties: false, properties }),
      },
    },
  };
}

function settings(transports: readonly ConfigSchemaSource[], specLayer: object) {
  return {
    transports: {
      type: "object",
      description: "Queue systems by the name that actors say in spec.transport.",
      propertyNames: { pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$" },
      additionalProperties: transportEntry(transports),
    },
    sidecar: SIDECAR,
    gateway: group({
      url: { ...URL, description: "Address of the gateway: sidecars report progress there." },
    }),
    observability: group({
      otlpEndpoint: { ...URL, description: "OTLP endpoint for the sidecars' traces." },
    }),
    claimCheck: group({
      url: {
        type: "string",
        pattern: "^[a-z][a-z0-9+.-]*://[^\\s]+$",
        description: "Where payloads over the transport's limit are stored, such as s3://bucket/prefix.",
      },
    }),
    defaults: specLayer,
    limits: group({
      maxReplicas: {
        type: "integer",
        minimum: 1,
        description: "The largest scaling.maxReplicas that an actor may have.",
      },
    }),
  };
}

/** `config` is judged by the schema of its `type` alone, so that a mistake is reported once. */
function transportEntry(transports: readonly ConfigSchemaSource[]) {
  return {
    type: "object",
    additionalProperties: false,
    required: ["type"],
    properties: {
      type: { type: "string", enum: transports.map(({ type }) => type), description: "Queue system." },
      enabled: { type: "boolean", description: "Whether actors may use it (default true)." },
      config: { type: "object", description: "Settings of the queue system." },
    },
    allOf: transports.map(({ type, configSchema }) => ({
      if: { required: ["type"], properties: { type: { enum: [type] } } },
      then: { required: ["config"], properties: { config: configSchema } },
    })),
  };
}

function group(properties: object) {
  return { type: "object", additionalProperties: false, properties };
}

/** The schema of a part of such a value: nothing is required, except in list items, which lists replace as a whole. */
function withoutRequired(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutRequired);
  if (!isObject(schema)) return schema;
  const kept = Object.entries(schema).filter(([key, value]) => !(key === "required" && Array.isArray(value)));
  return Object.fromEntries(
    kept.map(([key, value]) => [key, key === "items" || key === "if" ? value : withoutRequired(value)]),
  );
}
