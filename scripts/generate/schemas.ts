import type { Schema } from "../../core/schema.ts";
import { property } from "./xrd.ts";

/** What Crossplane adds to every composite's spec (Crossplane 2.4, runtime pkg/xcrd/schemas.go). */
const CROSSPLANE: Schema = {
  type: "object",
  properties: {
    compositionRef: { type: "object", required: ["name"], properties: { name: { type: "string" } } },
    compositionSelector: {
      type: "object",
      required: ["matchLabels"],
      properties: { matchLabels: { type: "object", additionalProperties: { type: "string" } } },
    },
    compositionRevisionRef: { type: "object", required: ["name"], properties: { name: { type: "string" } } },
    compositionRevisionSelector: {
      type: "object",
      required: ["matchLabels"],
      properties: { matchLabels: { type: "object", additionalProperties: { type: "string" } } },
    },
    compositionUpdatePolicy: { type: "string", enum: ["Automatic", "Manual"] },
    resourceRefs: { type: "array", items: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
  },
};

const STRING_MAP: Schema = { type: "object", additionalProperties: { type: "string" } };

/** Fields that only an actor itself can say. */
const OWN_WORDS = ["transport", "flavors"];

const LAYER_DROPS = ["required", "minItems"];
const EVERYWHERE_DROPS = ["description", "x-kubernetes-validations"];

/** An AsyncActor as the API server checks it: envelope, spec with Crossplane's part, status left alone. */
export function actorSchema(xrd: Schema): Schema {
  const spec = property(xrd, "spec");
  return {
    type: "object",
    required: ["apiVersion", "kind", "metadata", ...(xrd.required ?? [])],
    properties: {
      apiVersion: { type: "string", enum: ["asya.sh/v1alpha1"] },
      kind: { type: "string", enum: ["AsyncActor"] },
      metadata: {
        type: "object",
        "x-kubernetes-preserve-unknown-fields": true,
        required: ["name"],
        properties: {
          // A DNS subdomain, as for every custom resource; the XRD's rules are stricter.
          name: { type: "string", minLength: 1, pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$" },
          namespace: { type: "string" },
          labels: STRING_MAP,
          annotations: STRING_MAP,
        },
      },
      spec: without({ ...spec, properties: { ...spec.properties, crossplane: CROSSPLANE } }, EVERYWHERE_DROPS),
      status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
    },
  };
}

/** What a flavor or the platform's `defaults` may hold: nothing is required, except inside the items of a list. */
export function specLayerSchema(xrd: Schema, descriptions: boolean): Schema {
  const spec = property(xrd, "spec");
  const fields = Object.entries(spec.properties ?? {}).filter(([name]) => !OWN_WORDS.includes(name));
  const layer = withoutInLayer({ ...spec, properties: Object.fromEntries(fields) });
  return without(layer, descriptions ? ["x-kubernetes-validations"] : EVERYWHERE_DROPS);
}

function withoutInLayer(schema: Schema): Schema {
  const kept = Object.entries(schema).filter(([keyword]) => !LAYER_DROPS.includes(keyword));
  const properties = schema.properties && mapValues(schema.properties, withoutInLayer);
  return { ...(Object.fromEntries(kept) as Schema), ...(properties === undefined ? {} : { properties }) };
}

/** The schema without these keywords, at every level. */
function without(schema: Schema, keywords: readonly string[]): Schema {
  const { properties, items, additionalProperties, ...own } = schema;
  const kept = Object.entries(own).filter(([keyword]) => !keywords.includes(keyword));
  return {
    ...(Object.fromEntries(kept) as Schema),
    ...(properties === undefined ? {} : { properties: mapValues(properties, (child) => without(child, keywords)) }),
    ...(items === undefined ? {} : { items: without(items, keywords) }),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties:
            typeof additionalProperties === "object" ? without(additionalProperties, keywords) : additionalProperties,
        }),
  };
}

function mapValues(fields: Readonly<Record<string, Schema>>, change: (schema: Schema) => Schema): Record<string, Schema> {
  return Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, change(schema)]));
}

/** A module with schemas as data, one line for each definition. */
export function schemaModule(schemas: Readonly<Record<string, Schema>>): string {
  const lines = Object.entries(schemas).map(([name, schema]) => `\nexport const ${name}: Schema = ${literal(schema)};\n`);
  return `import type { Schema } from "../schema.ts";\n${lines.join("")}`;
}

function literal(schema: Schema): string {
  const { definitions, ...own } = schema;
  if (definitions === undefined) return JSON.stringify(own);
  const lines = Object.entries(definitions).map(([name, definition]) => `  ${name}: ${JSON.stringify(definition)},`);
  return `{ ...${JSON.stringify(own)}, definitions: {\n${lines.join("\n")}\n} }`;
}
