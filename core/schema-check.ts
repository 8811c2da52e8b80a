import { type FieldPath, quoteValue } from "./finding.ts";
import { isObject } from "./json.ts";
import { regularExpression, scalarRules } from "./schema-scalar.ts";
import { dereference, isOfType, isTypeUnion, typesOf } from "./schema-type.ts";
import { abridged, fieldName, fixType, shown, typeNames } from "./schema-words.ts";
import type { Schema } from "./schema.ts";
import { didYouMean } from "./suggest.ts";

export type ViolationKind = "unknown" | "type" | "value" | "missing" | "duplicate";

/** One field that breaks its schema. */
export interface Violation {
  kind: ViolationKind;
  path: FieldPath;
  message: string;
  fix: string;
}

export interface SchemaCheck {
  violations: Violation[];
  /** Fields in use that the oldest supported Kubernetes lacks. */
  newerFields: FieldPath[];
}

export interface SchemaCheckOptions {
  /** Whether null may stand in a list without keys: in Kubernetes' own kinds it becomes the type's zero value. */
  nullItems?: boolean;
}

/** What a walk carries along. `closes`: whether an object with properties is closed without saying so. */
interface Walk extends SchemaCheck {
  root: Schema;
  closes: boolean;
  nullItems: boolean;
}

/**
 * Every violation of `schema` by `value`, one per mistake. Null in an object counts as absent, as for the API server.
 *
 * @param base - where `value` stands in its object.
 */
export function checkSchema(
  schema: Schema,
  value: unknown,
  base: FieldPath,
  { nullItems = false }: SchemaCheckOptions = {},
): SchemaCheck {
  const walk: Walk = { root: schema, closes: true, nullItems, violations: [], newerFields: [] };
  visit(schema, value, base, walk);
  return { violations: walk.violations, newerFields: walk.newerFields };
}

function visit(written: Schema, value: unknown, path: FieldPath, walk: Walk): void {
  const schema = dereference(written, walk.root);
  if (value === null && schema.nullable === true) return;
  const types = typesOf(schema);
  if (types !== undefined && !types.some((type) => isOfType(value, type))) {
    const rule = `must be ${typeNames(types)} (got ${shown(value, path)})`;
    report(walk, "type", path, rule, fixType(types, value, path));
    return;
  }
  for (const { rule, fix } of scalarRules(schema, value, path)) report(walk, "value", path, rule, fix);
  if (Array.isArray(value)) visitList(schema, value, path, walk);
  else if (isObject(value)) visitObject(schema, value, path, walk);
  visitCombinations(schema, value, path, walk);
}

function visitList(schema: Schema, list: readonly unknown[], path: FieldPath, walk: Walk): void {
  checkSize(list.length, schema.minItems, schema.maxItems, path, walk);
  const keys = schema["x-kubernetes-list-map-keys"];
  for (const [index, item] of list.entries()) {
    if (schema.items === undefined || (item === null && walk.nullItems && keys === undefined)) continue;
    visit(schema.items, item, [...path, index], walk);
  }
  if (keys !== undefined) visitKeys(keys, list, path, walk);
}

function checkSize(size: number, least = 0, most = Infinity, path: FieldPath, walk: Walk): void {
  if (size < least)
    report(walk, "value", path, `must have at least ${least} entries (got ${size})`, "add one");
  if (size > most)
    report(walk, "value", path, `must have at most ${most} entries (got ${size})`, "remove some");
}

/** n.b. server-side apply answers 500 to two entries with one key ("duplicate entries for key"). */
function visitKeys(keys: readonly string[], list: readonly unknown[], path: FieldPath, walk: Walk): void {
  const seen = new Map<string, number>();
  for (const [index, item] of list.entries()) {
    if (!isObject(item)) continue;
    // n.b. the only key of a list in a pod that has a default is a port's protocol.
    const values = keys.map((key) => item[key] ?? (key === "protocol" ? "TCP" : undefined));
    if (values.includes(undefined)) continue;
    const identity = JSON.stringify(values);
    const first = seen.get(identity);
    if (first === undefined) {
      seen.set(identity, index);
      continue;
    }
    const what = keys.map((key, at) => `${key} ${quoteValue(values[at])}`).join(", ");
    const rule = `has ${what} like ${fieldName([...path, first])}`;
    report(walk, "duplicate", [...path, index], rule, "remove or rename one of them");
  }
}

function visitObject(schema: Schema, object: Record<string, unknown>, path: FieldPath, walk: Walk): void {
  for (const field of schema.required ?? []) {
    if (Object.hasOwn(object, field) && object[field] !== undefined && object[field] !== null) continue;
    report(walk, "missing", [...path, field], "is missing", `set ${field}`);
  }
  for (const [field, value] of Object.entries(object)) {
    if (value !== undefined) visitField(schema, field, value, path, walk);
  }
  checkSize(Object.keys(object).length, schema.minProperties, schema.maxProperties, path, walk);
}

function visitField(schema: Schema, field: string, value: unknown, path: FieldPath, walk: Walk): void {
  const at = [...path, field];
  if (schema.propertyNames !== undefined) visit(schema.propertyNames, field, at, walk);
  const known = fieldSchema(schema, field);
  if (known === undefined) {
    if (isClosed(schema, walk)) report(walk, "unknown", at, "is not a known field", fixField(field, schema));
  } else if (value !== null) {
    if (known["x-asya-newer"] === true) walk.newerFields.push(at);
    visit(known, value, at, walk);
  }
}

function fieldSchema(schema: Schema, field: string): Schema | undefined {
  const { properties, patternProperties = {}, additionalProperties } = schema;
  if (properties !== undefined && Object.hasOwn(properties, field)) return properties[field];
  const byPattern = Object.entries(patternProperties).find(([pattern]) =>
    regularExpression(pattern).test(field),
  );
  return byPattern?.[1] ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
}

function isClosed(schema: Schema, walk: Walk): boolean {
  if (schema["x-kubernetes-preserve-unknown-fields"] === true) return false;
  if (schema.additionalProperties !== undefined) return schema.additionalProperties === false;
  return walk.closes && schema.properties !== undefined;
}

function fixField(field: string, { properties = {} }: Schema): string {
  // n.b. a cluster's schema comes with its fields in another order each time.
  const fields = Object.keys(properties).sort();
  return didYouMean(
    field,
    fields,
    fields.length === 0 ? "remove it" : `remove it; known here: ${abridged(fields)}`,
  );
}

function visitCombinations(schema: Schema, value: unknown, path: FieldPath, walk: Walk): void {
  const broken = (part: Schema) => violationsOf(part, value, path, walk);
  for (const part of schema.allOf ?? []) walk.violations.push(...broken(part));
  for (const branches of [schema.anyOf, schema.oneOf]) {
    if (branches === undefined || isTypeUnion(branches)) continue;
    const results = branches.map(broken);
    walk.violations.push(...results.reduce((best, one) => (one.length < best.length ? one : best)));
  }
  if (schema.not !== undefined && broken(schema.not).length === 0) {
    report(walk, "value", path, `is not allowed (got ${shown(value, path)})`, "change it");
  }
  if (schema.if !== undefined) {
    const branch = broken(schema.if).length === 0 ? schema.then : schema.else;
    if (branch !== undefined) walk.violations.push(...broken(branch));
  }
}

/** Violations of a schema that stands inside another one about the same value. */
function violationsOf(schema: Schema, value: unknown, path: FieldPath, walk: Walk): Violation[] {
  const inner: Walk = { ...walk, closes: false, violations: [] };
  visit(schema, value, path, inner);
  return inner.violations;
}

function report(walk: Walk, kind: ViolationKind, path: FieldPath, rule: string, fix: string): void {
  walk.violations.push({ kind, path, message: `${fieldName(path)} ${rule}`, fix });
}
