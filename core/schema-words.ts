import { type FieldPath, formatPath, quoteValue } from "./finding.ts";
import { isOfType } from "./schema-type.ts";

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  object: "a mapping",
  array: "a list",
};

/** `a whole number or text` */
export function typeNames(types: readonly string[]): string {
  return types.map((type) => TYPE_NAMES[type] ?? type).join(" or ");
}

export function fixType(types: readonly string[], value: unknown, path: FieldPath): string {
  if (types.includes("string") && (typeof value === "number" || typeof value === "boolean")) {
    return isConfidential(path) ? "put it in quotes" : `put it in quotes: "${value}"`;
  }
  if (types.includes("array")) return "write a list, each entry with a leading -";
  const quoted = typeof value === "string" && types.some((type) => isOfType(unquoted(value), type));
  return quoted ? "remove the quotes" : `write ${typeNames(types)}`;
}

function unquoted(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The last field of a path with the indexes behind it. */
export function fieldName(path: FieldPath): string {
  const from = path.findLastIndex((step) => typeof step === "string");
  return from === -1 ? formatPath(path) || "it" : formatPath(path.slice(from));
}

/** The value as it may stand in a message: what a variable or an annotation holds may be a secret. */
export function shown(value: unknown, path: FieldPath): string {
  if (!isConfidential(path)) return quoteValue(value);
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "a mapping" : `a ${typeof value}`;
}

function isConfidential(path: FieldPath): boolean {
  return path.includes("env") || path.includes("annotations");
}

/** The first dozen of a list of fields. */
export function abridged(fields: readonly string[]): string {
  return fields.length <= 12 ? fields.join(", ") : `${fields.slice(0, 12).join(", ")}, ...`;
}
