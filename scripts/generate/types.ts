import { compile, type JSONSchema } from "json-schema-to-typescript";
import type { Schema } from "../../core/schema.ts";
import { property } from "./xrd.ts";

const CONDITIONS: Schema = {
  type: "array",
  items: {
    type: "object",
    required: ["type", "status", "reason"],
    properties: {
      type: { type: "string" },
      status: { type: "string" },
      reason: { type: "string" },
      message: { type: "string" },
      lastTransitionTime: { type: "string" },
      observedGeneration: { type: "integer" },
    },
  },
};

const METADATA: Schema = {
  type: "object",
  required: ["name"],
  "x-kubernetes-preserve-unknown-fields": true,
  properties: {
    name: { type: "string" },
    namespace: { type: "string" },
    generation: { type: "integer" },
    labels: { type: "object", additionalProperties: { type: "string" } },
    annotations: { type: "object", additionalProperties: { type: "string" } },
  },
};

/** TypeScript types AsyncActor, AsyncActorSpec and AsyncActorStatus of the XRD's schema. */
export async function typesModule(xrd: Schema): Promise<string> {
  const status = property(xrd, "status");
  const root: JSONSchema = {
    title: "AsyncActor",
    type: "object",
    additionalProperties: false,
    required: ["apiVersion", "kind", "metadata", "spec"],
    properties: {
      apiVersion: { const: "asya.sh/v1alpha1" },
      kind: { const: "AsyncActor" },
      metadata: typed(METADATA),
      spec: { ...typed(property(xrd, "spec")), title: "AsyncActorSpec" },
      status: {
        ...typed({ ...status, properties: { ...status.properties, conditions: CONDITIONS } }),
        title: "AsyncActorStatus",
      },
    },
  };
  return compile(root, "AsyncActor", {
    bannerComment: "",
    style: { printWidth: 110 },
    declareExternallyReferenced: true,
    ignoreMinAndMaxItems: true,
    strictIndexSignatures: false,
    unknownAny: true,
  });
}

/** Standard JSON Schema for the type generator: open and closed objects said explicitly, int-or-string as a union. */
function typed(schema: Schema): JSONSchema {
  const description = schema.description === undefined ? {} : { description: schema.description };
  if (schema["x-kubernetes-int-or-string"] === true) return { ...description, type: ["integer", "string"] };
  if (schema.type === "array") return { ...description, type: "array", items: typed(schema.items ?? {}) };
  if (schema.type !== "object") {
    const values = schema.enum === undefined ? {} : { enum: schema.enum as string[] };
    return { ...description, type: schema.type as "string", ...values };
  }
  const { additionalProperties, properties = {} } = schema;
  const open = schema["x-kubernetes-preserve-unknown-fields"] === true;
  return {
    ...description,
    type: "object",
    required: [...(schema.required ?? [])],
    properties: Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, typed(child)])),
    additionalProperties: typeof additionalProperties === "object" ? typed(additionalProperties) : open,
  };
}
