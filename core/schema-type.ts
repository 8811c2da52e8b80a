import { isObject } from "./json.ts";
import type { Schema } from "./schema.ts";

/**
 * Follows `$ref`, also as the only part of `allOf`: so OpenAPI v3 lets a reference have neighbours. A reference to
 * nothing allows everything.
 */
export function dereference(schema: Schema, root: Schema): Schema {
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
  return isObject(target) ? dereference(target, root) : {};
}

/** Types that a value may have; undefined = any. */
export function typesOf(schema: Schema): readonly string[] | undefined {
  if (schema["x-kubernetes-int-or-string"] === true || schema.format === "int-or-string")
    return ["integer", "string"];
  if (typeof schema.type === "string") return [schema.type];
  if (schema.type !== undefined) return schema.type;
  const branches = schema.oneOf ?? schema.anyOf;
  return branches !== undefined && isTypeUnion(branches)
    ? branches.flatMap((branch) => branch.type ?? [])
    : undefined;
}

export function isTypeUnion(branches: readonly Schema[]): boolean {
  return branches.every((branch) => branch.type !== undefined && Object.keys(branch).length === 1);
}

export function isOfType(value: unknown, type: string): boolean {
  if (type === "object") return isObject(value);
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  if (type === "null") return value === null;
  return typeof value === type;
}

/** resource.Quantity in k8s.io/apimachinery. */
const QUANTITY =
  "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$";

/** The pattern that a text must match, and what it asks for in words. */
export function textPattern(schema: Schema): { pattern: string | undefined; words: string } {
  const pattern = schema.pattern ?? (isQuantity(schema) ? QUANTITY : undefined);
  if (pattern === QUANTITY) return { pattern, words: "a quantity like 500m, 2 or 1.5Gi" };
  return { pattern, words: schema["x-asya-pattern"] ?? `text that matches ${pattern}` };
}

/** n.b. in Kubernetes' OpenAPI a quantity, and nothing else, is text or a number. */
function isQuantity(schema: Schema): boolean {
  const types = typesOf(schema);
  return types?.length === 2 && types.includes("string") && types.includes("number");
}
