import type { Schema } from "../../core/schema.ts";
import { mapChildren, mapMembers, without } from "./map-schema.ts";
import { property } from "./xrd.ts";

const NAMED: Schema = { type: "object", required: ["name"], properties: { name: { type: "string" } } };
const STRING_MAP: Schema = { type: "object", additionalProperties: { type: "string" } };
const MATCH_LABELS: Schema = {
  type: "object",
  required: ["matchLabels"],
  properties: { matchLabels: STRING_MAP },
};

/** What Crossplane adds to every composite's spec (crossplane-runtime pkg/xcrd/schemas.go). */
const CROSSPLANE: Schema = {
  type: "object",
  properties: {
    compositionRef: NAMED,
    compositionSelector: MATCH_LABELS,
    compositionRevisionRef: NAMED,
    compositionRevisionSelector: MATCH_LABELS,
    compositionUpdatePolicy: { type: "string", enum: ["Automatic", "Manual"] },
    resourceRefs: { type: "array", items: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
  },
};

/** As for every custom resource: a DNS subdomain. The XRD's rules are stricter. */
const NAME_PATTERN = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

/** Patterns in words; a CRD's schema has no place for them. */
const PATTERN_WORDS: Readonly<Record<string, string>> = {
  [NAME_PATTERN]: "small letters, digits and -, with a letter or digit at both ends",
  "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$": "small letters, digits and -, with a letter or digit at both ends",
  "^[a-z]([a-z0-9-]*[a-z0-9])?$": "small letters, digits and -, with a letter at the start",
  "^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$":
    "letters, digits, -, _ and ., with a letter or digit at both ends",
  "^([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?$":
    "letters, digits, -, _ and ., with a letter or digit at both ends",
};

/** Fields of the spec that only an actor itself can say. */
const OWN_WORDS = ["transport", "flavors"];

/** An AsyncActor as the API server checks it: envelope, spec with Crossplane's part, status left alone. */
export function actorSchema(xrd: Schema): Schema {
  const spec = property(xrd, "spec");
  return withPatternWords({
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
          name: { type: "string", minLength: 1, maxLength: 253, pattern: NAME_PATTERN },
          namespace: { type: "string" },
          labels: STRING_MAP,
          annotations: STRING_MAP,
        },
      },
      spec: without({ ...spec, properties: { ...spec.properties, crossplane: CROSSPLANE } }, [
        "x-kubernetes-validations",
      ]),
      status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
    },
  });
}

/**
 * What a flavor or the platform's `defaults` may hold: nothing is required, except inside the items of a list.
 * Standard JSON Schema, for editors.
 */
export function specLayerSchema(xrd: Schema): Schema {
  const spec = property(xrd, "spec");
  const fields = Object.entries(spec.properties ?? {}).filter(([name]) => !OWN_WORDS.includes(name));
  return withPatternWords(standard(partial({ ...spec, properties: Object.fromEntries(fields) })));
}

function withPatternWords(schema: Schema): Schema {
  const words = schema.pattern === undefined ? undefined : PATTERN_WORDS[schema.pattern];
  return {
    ...mapChildren(schema, withPatternWords),
    ...(words === undefined ? {} : { "x-asya-pattern": words }),
  };
}

function partial(schema: Schema): Schema {
  const { required: _required, minItems: _minItems, ...kept } = schema;
  return schema.properties === undefined
    ? kept
    : { ...kept, properties: mapMembers(schema.properties, partial) };
}

/** Closed objects and int-or-string as JSON Schema says them. */
function standard(schema: Schema): Schema {
  const {
    "x-kubernetes-validations": _rules,
    "x-kubernetes-list-type": _listType,
    "x-kubernetes-int-or-string": intOrString,
    "x-kubernetes-preserve-unknown-fields": open,
    ...own
  } = mapChildren(schema, standard);
  if (intOrString === true) {
    const { anyOf: _types, ...bounds } = own;
    return { ...bounds, type: ["integer", "string"] };
  }
  if (own.properties === undefined || own.additionalProperties !== undefined) return own;
  return { ...own, additionalProperties: open === true };
}
