import { type FieldPath, formatPath, quoteValue } from "./finding.ts";
import { isObject } from "./json.ts";
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

/** What a walk carries along. `closes`: whether an object with properties is closed without saying so. */
interface Walk extends SchemaCheck {
  root: Schema;
  closes: boolean;
}

/**
 * Every violation of `schema` by `value`, one per mistake. Null in an object counts as absent, as for the API server.
 *
 * @param base - where `value` stands in its object.
 */
export function checkSchema(schema: Schema, value: unknown, base: FieldPath): SchemaCheck {
  const walk: Walk = { root: schema, closes: true, violations: [], newerFields: [] };
  visit(schema, value, base, walk);
  return { violations: walk.violations, newerFields: walk.newerFields };
}

function visit(written: Schema, value: unknown, path: FieldPath, walk: Walk): void {
  const schema = dereference(written, walk.root);
  if (value === null && schema.nullable === true) return;
  const types = typesOf(schema);
  if (types !== undefined && !types.some((type) => isOfType(value, type))) {
    const got = shown(value, path);
    report(
      walk,
      "type",
      path,
      `must be ${types.map(typeName).join(" or ")} (got ${got})`,
      fixType(types, value, path),
    );
    return;
  }
  visitValues(schema, value, path, walk);
  if (typeof value === "string") visitString(schema, value, path, walk);
  else if (typeof value === "number") visitNumber(schema, value, path, walk);
  else if (Array.isArray(value)) visitList(schema, value, path, walk);
  else if (isObject(value)) visitObject(schema, value, path, walk);
  visitCombinations(schema, value, path, walk);
}

function visitValues(schema: Schema, value: unknown, path: FieldPath, walk: Walk): void {
  const allowed = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  if (allowed === undefined || allowed.includes(value)) return;
  const list = allowed.map((one) => (typeof one === "string" ? one : JSON.stringify(one)));
  const rule = list.length === 1 ? `must be ${list[0]}` : `must be one of ${list.join(", ")}`;
  const fix = typeof value === "string" ? didYouMean(value, list, `use ${list[0]}`) : `use ${list[0]}`;
  report(walk, "value", path, `${rule} (got ${shown(value, path)})`, fix);
}

function visitString(schema: Schema, value: string, path: FieldPath, walk: Walk): void {
  const { minLength = 0, maxLength = Infinity, pattern } = schema;
  if (value.length < minLength) {
    report(
      walk,
      "value",
      path,
      minLength === 1 ? "must not be empty" : `must have at least ${minLength} characters`,
      "set it",
    );
  } else if (value.length > maxLength && [...value].length > maxLength) {
    report(
      walk,
      "value",
      path,
      `must be at most ${maxLength} characters (got ${[...value].length})`,
      "shorten it",
    );
  } else if (pattern !== undefined && !regularExpression(pattern).test(value)) {
    report(walk, "value", path, `must match ${pattern} (got ${shown(value, path)})`, "change it");
  }
}

function visitNumber(schema: Schema, value: number, path: FieldPath, walk: Walk): void {
  const { minimum = -Infinity, maximum = schema.format === "int32" ? 2_147_483_647 : Infinity } = schema;
  if (value < minimum)
    report(
      walk,
      "value",
      path,
      `must be at least ${minimum} (got ${shown(value, path)})`,
      `use ${minimum} or more`,
    );
  if (value > maximum)
    report(
      walk,
      "value",
      path,
      `must be at most ${maximum} (got ${shown(value, path)})`,
      `use ${maximum} or less`,
    );
}

function visitList(schema: Schema, list: readonly unknown[], path: FieldPath, walk: Walk): void {
  const { items, minItems = 0, maxItems = Infinity } = schema;
  if (list.length < minItems)
    report(walk, "value", path, `must have at least ${minItems} (got ${list.length})`, "add one");
  if (list.length > maxItems)
    report(walk, "value", path, `must have at most ${maxItems} (got ${list.length})`, "remove some");
  if (items !== undefined)
    for (const [index, item] of list.entries()) visit(items, item, [...path, index], walk);
  const keys = schema["x-kubernetes-list-map-keys"];
  if (keys !== undefined) visitKeys(keys, list, path, walk);
}

/** n.b. server-side apply answers 500 to two entries with one key ("duplicate entries for key"). */
function visitKeys(keys: readonly string[], list: readonly unknown[], path: FieldPath, walk: Walk): void {
  const seen = new Map<string, number>();
  for (const [index, item] of list.entries()) {
    if (!isObject(item)) continue;
    // n.b. the only defaulted key of a list in a pod is a port's protocol.
    const values = keys.map((key) => item[key] ?? (key === "protocol" ? "TCP" : undefined));
    if (values.includes(undefined)) continue;
    const first = seen.get(JSON.stringify(values));
    if (first === undefined) seen.set(JSON.stringify(values), index);
    else {
      const what = keys.map((key, at) => `${key} ${quoteValue(values[at])}`).join(", ");
      report(
        walk,
        "duplicate",
        [...path, index],
        `repeats ${what} of ${name([...path, first])}`,
        "remove or rename one of them",
      );
    }
  }
}

function visitObject(schema: Schema, object: Record<string, unknown>, path: FieldPath, walk: Walk): void {
  const { properties = {}, required = [], maxProperties = Infinity, minProperties = 0 } = schema;
  for (const field of required) {
    if (object[field] === undefined || object[field] === null) {
      report(walk, "missing", [...path, field], "is missing", `set ${field}`);
    }
  }
  for (const field of Object.keys(object)) visitField(schema, properties, field, object[field], path, walk);
  const size = Object.keys(object).length;
  if (size > maxProperties)
    report(walk, "value", path, `must have at most ${maxProperties} entries (got ${size})`, "remove some");
  if (size < minProperties)
    report(walk, "value", path, `must have at least ${minProperties} entries (got ${size})`, "add one");
}

function visitField(
  schema: Schema,
  properties: Readonly<Record<string, Schema>>,
  field: string,
  value: unknown,
  path: FieldPath,
  walk: Walk,
): void {
  const known = Object.hasOwn(properties, field) ? properties[field] : matchingPattern(schema, field);
  if (schema.propertyNames !== undefined) visit(schema.propertyNames, field, [...path, field], walk);
  if (known !== undefined) {
    if (known["x-asya-newer"] === true && value !== null) walk.newerFields.push([...path, field]);
    if (value !== null && value !== undefined) visit(known, value, [...path, field], walk);
  } else if (typeof schema.additionalProperties === "object") {
    if (value !== null && value !== undefined)
      visit(schema.additionalProperties, value, [...path, field], walk);
  } else if (isClosed(schema, walk) && value !== undefined) {
    const fields = Object.keys(properties);
    const fix =
      fields.length === 0
        ? "remove it"
        : didYouMean(field, fields, `remove it; known here: ${abridged(fields)}`);
    report(walk, "unknown", [...path, field], "is not a known field", fix);
  }
}

function matchingPattern(schema: Schema, field: string): Schema | undefined {
  if (schema.patternProperties === undefined) return undefined;
  return Object.entries(schema.patternProperties).find(([pattern]) =>
    regularExpression(pattern).test(field),
  )?.[1];
}

function isClosed(schema: Schema, walk: Walk): boolean {
  if (schema["x-kubernetes-preserve-unknown-fields"] === true) return false;
  if (schema.additionalProperties !== undefined) return schema.additionalProperties === false;
  return walk.closes && schema.properties !== undefined;
}

function visitCombinations(schema: Schema, value: unknown, path: FieldPath, walk: Walk): void {
  for (const part of schema.allOf ?? []) walk.violations.push(...tried(part, value, path, walk));
  if (schema["x-kubernetes-int-or-string"] !== true) {
    for (const branches of [schema.anyOf, schema.oneOf]) {
      if (branches !== undefined && !isTypeUnion(branches))
        walk.violations.push(...nearestBranch(branches, value, path, walk));
    }
  }
  if (schema.not !== undefined && tried(schema.not, value, path, walk).length === 0) {
    report(walk, "value", path, `is not allowed (got ${shown(value, path)})`, "change it");
  }
  if (schema.if !== undefined) {
    const branch = tried(schema.if, value, path, walk).length === 0 ? schema.then : schema.else;
    if (branch !== undefined) walk.violations.push(...tried(branch, value, path, walk));
  }
}

/** Violations of the branch that fits best; none where one fits. */
function nearestBranch(
  branches: readonly Schema[],
  value: unknown,
  path: FieldPath,
  walk: Walk,
): Violation[] {
  const results = branches.map((branch) => tried(branch, value, path, walk));
  return results.reduce((best, result) => (result.length < best.length ? result : best), results[0] ?? []);
}

function tried(schema: Schema, value: unknown, path: FieldPath, walk: Walk): Violation[] {
  const inner: Walk = { root: walk.root, closes: false, violations: [], newerFields: walk.newerFields };
  visit(schema, value, path, inner);
  return inner.violations;
}

/** Follows `$ref`, also as the only part of `allOf`: so OpenAPI v3 lets a reference have neighbours. */
function dereference(schema: Schema, root: Schema): Schema {
  const [only, ...more] = schema.allOf ?? [];
  if (only !== undefined && more.length === 0 && schema.properties === undefined) {
    const { allOf: _, ...own } = schema;
    return { ...dereference(only, root), ...own };
  }
  if (schema.$ref === undefined) return schema;
  const target = schema.$ref
    .split("/")
    .slice(1)
    .reduce<unknown>((at, step) => {
      const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
      return isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
    }, root);
  if (!isObject(target)) throw new Error(`the schema refers to ${schema.$ref}, which is not in it`);
  return dereference(target as Schema, root);
}

/** Types that a value may have; undefined = any. */
function typesOf(schema: Schema): readonly string[] | undefined {
  if (schema["x-kubernetes-int-or-string"] === true || schema.format === "int-or-string")
    return ["integer", "string"];
  if (typeof schema.type === "string") return [schema.type];
  if (schema.type !== undefined) return schema.type;
  const branches = schema.oneOf ?? schema.anyOf;
  return branches !== undefined && isTypeUnion(branches)
    ? branches.flatMap((branch) => branch.type ?? [])
    : undefined;
}

function isTypeUnion(branches: readonly Schema[]): boolean {
  return branches.every((branch) => branch.type !== undefined && Object.keys(branch).length === 1);
}

function isOfType(value: unknown, type: string): boolean {
  if (type === "object") return isObject(value);
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  if (type === "null") return value === null;
  return typeof value === type;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  object: "a mapping",
  array: "a list",
};

function typeName(type: string): string {
  return TYPE_NAMES[type] ?? type;
}

function fixType(types: readonly string[], value: unknown, path: FieldPath): string {
  const scalar = typeof value === "number" || typeof value === "boolean";
  if (types.includes("string") && scalar)
    return isConfidential(path) ? "put it in quotes" : `put it in quotes: "${value}"`;
  if (types.includes("array") && !Array.isArray(value)) return "write a list, each entry with a leading -";
  const unquoted = typeof value === "string" && types.some((type) => isOfType(unquote(value), type));
  return unquoted ? "remove the quotes" : `write ${types.map(typeName).join(" or ")}`;
}

function unquote(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function report(walk: Walk, kind: ViolationKind, path: FieldPath, rule: string, fix: string): void {
  walk.violations.push({ kind, path, message: `${name(path)} ${rule}`, fix });
}

/** The last field of a path with the indexes behind it. */
function name(path: FieldPath): string {
  const from = path.findLastIndex((step) => typeof step === "string");
  return from === -1 ? formatPath(path) || "it" : formatPath(path.slice(from));
}

/** The value as it may stand in a message: what a variable or an annotation holds may be a secret. */
function shown(value: unknown, path: FieldPath): string {
  if (!isConfidential(path)) return quoteValue(value);
  return value === null
    ? "null"
    : Array.isArray(value)
      ? "a list"
      : typeof value === "object"
        ? "a mapping"
        : typeof value;
}

function isConfidential(path: FieldPath): boolean {
  return path.includes("env") || path.includes("annotations");
}

function abridged(fields: readonly string[]): string {
  return fields.length <= 12 ? fields.join(", ") : `${fields.slice(0, 12).join(", ")}, ...`;
}

const expressions = new Map<string, RegExp>();

function regularExpression(pattern: string): RegExp {
  let found = expressions.get(pattern);
  if (found === undefined) expressions.set(pattern, (found = new RegExp(pattern, "u")));
  return found;
}
