/** Random values that fit a schema: whatever a user may write. */
import fc from "fast-check";
import { dereference, typesOf } from "../core/schema-type.ts";
import type { Schema } from "../core/schema.ts";

/** Deeper than this only what is required is set. */
const MAX_DEPTH = 7;
const MAX_MEMBERS = 4;

const WORD = fc.stringMatching(/^[a-z]([a-z0-9-]{0,6}[a-z0-9])?$/);
const TEXT = fc.oneof(WORD, fc.constantFrom("", " x ", "$(A)", "1", "true", "ü", "a: b"));

/** By schema and depth: to make one anew for each value takes most of the time. */
const known = new WeakMap<Schema, fc.Arbitrary<unknown>[]>();

export function valuesOf(written: Schema, root: Schema, depth = 0): fc.Arbitrary<unknown> {
  const byDepth = known.get(written) ?? [];
  known.set(written, byDepth);
  return (byDepth[depth] ??= newValuesOf(written, root, depth));
}

function newValuesOf(written: Schema, root: Schema, depth: number): fc.Arbitrary<unknown> {
  const schema = dereference(written, root);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const types = typesOf(schema) ?? ["object"];
  return fc.oneof(...types.map((type) => valuesOfType(type, schema, root, depth)));
}

function valuesOfType(type: string, schema: Schema, root: Schema, depth: number): fc.Arbitrary<unknown> {
  switch (type) {
    case "boolean":
      return fc.boolean();
    case "integer":
    case "number":
      return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 1_000, 1_000) });
    case "string":
      return texts(schema);
    case "array":
      return lists(schema, root, depth);
    default:
      return mappings(schema, root, depth);
  }
}

function texts({ pattern, minLength = 0, maxLength, format, ...schema }: Schema): fc.Arbitrary<string> {
  const isQuantity = format === "quantity" || (typesOf(schema)?.includes("number") ?? false);
  if (isQuantity || pattern?.includes("numkMGTPE")) return fc.constantFrom("1", "500m", "1.5Gi", "2e3");
  if (schema["x-kubernetes-int-or-string"] === true) return fc.constantFrom("90s", "5m", "1h", "60s");
  if (pattern !== undefined)
    return fc.stringMatching(new RegExp(pattern), { size: "-1" }).filter((one) => one.length <= 54);
  return TEXT.filter((one) => one.length >= minLength && one.length <= (maxLength ?? Infinity));
}

function lists(schema: Schema, root: Schema, depth: number): fc.Arbitrary<unknown[]> {
  const items = schema.items ?? {};
  const maxLength = depth >= MAX_DEPTH ? (schema.minItems ?? 0) : 3;
  const keys = schema["x-kubernetes-list-map-keys"];
  const identity = (item: unknown) =>
    JSON.stringify(keys?.map((key) => (item as Record<string, unknown>)[key]));
  const values = valuesOf(items, root, depth + 1);
  const limits = { minLength: schema.minItems ?? 0, maxLength };
  return keys === undefined
    ? fc.array(values, limits)
    : fc.uniqueArray(values, { ...limits, selector: identity });
}

function mappings(schema: Schema, root: Schema, depth: number): fc.Arbitrary<Record<string, unknown>> {
  const { properties, additionalProperties } = schema;
  if (properties === undefined) {
    const members = typeof additionalProperties === "object" ? additionalProperties : { type: "string" };
    return fc.dictionary(WORD, valuesOf(members, root, depth + 1), { maxKeys: 3, noNullPrototype: true });
  }
  const required = [...(schema.required ?? []), ...(schema["x-kubernetes-list-map-keys"] ?? [])];
  const optional = Object.keys(properties).filter((name) => !required.includes(name));
  const maxLength = depth >= MAX_DEPTH ? 0 : MAX_MEMBERS;
  return fc
    .subarray(optional, { maxLength: Math.min(maxLength, optional.length) })
    .chain((chosen) =>
      fc.record(
        Object.fromEntries(
          [...required, ...chosen].map((name) => [name, valuesOf(properties[name] ?? {}, root, depth + 1)]),
        ),
        { noNullPrototype: true },
      ),
    );
}
