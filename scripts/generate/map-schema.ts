import type { Schema } from "../../core/schema.ts";

type Change = (schema: Schema) => Schema;

/** The schema with each schema directly inside it changed. */
export function mapChildren(schema: Schema, change: Change): Schema {
  const changed: Record<string, unknown> = { ...schema };
  for (const keyword of [
    "items",
    "additionalProperties",
    "propertyNames",
    "not",
    "if",
    "then",
    "else",
  ] as const) {
    const child = schema[keyword];
    if (typeof child === "object") changed[keyword] = change(child);
  }
  for (const keyword of ["properties", "patternProperties", "definitions", "$defs"] as const) {
    const children = schema[keyword];
    if (children !== undefined) changed[keyword] = mapMembers(children, change);
  }
  for (const keyword of ["allOf", "anyOf", "oneOf"] as const) {
    const children = schema[keyword];
    if (children !== undefined) changed[keyword] = children.map(change);
  }
  return changed;
}

export function mapMembers(
  schemas: Readonly<Record<string, Schema>>,
  change: Change,
): Record<string, Schema> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, change(schema)]));
}

/** The schema without these keywords, at every level. */
export function without(schema: Schema, keywords: readonly string[]): Schema {
  const kept = Object.entries(schema).filter(([keyword]) => !keywords.includes(keyword));
  return mapChildren(Object.fromEntries(kept) as Schema, (child) => without(child, keywords));
}

/** The schema without anything that is only for people. */
export function withoutWords(schema: Schema): Schema {
  return without(schema, ["description", "title", "examples", "$schema"]);
}
