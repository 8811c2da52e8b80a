import type { FieldPath } from "./finding.ts";
import { textPattern } from "./schema-type.ts";
import { shown } from "./schema-words.ts";
import type { Schema } from "./schema.ts";
import { didYouMean } from "./suggest.ts";

/** A rule that a value breaks, and what to do. */
export interface BrokenRule {
  rule: string;
  fix: string;
}

/** What a value of the right type breaks by its choice, range, length or pattern. */
export function scalarRules(schema: Schema, value: unknown, path: FieldPath): BrokenRule[] {
  const allowed = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  if (allowed !== undefined && !allowed.includes(value)) return [choice(allowed, value, path)];
  if (typeof value === "string") return text(schema, value, path);
  return typeof value === "number" ? range(schema, value, path) : [];
}

function choice(allowed: readonly unknown[], value: unknown, path: FieldPath): BrokenRule {
  const words = allowed.map((one) => (typeof one === "string" ? one : JSON.stringify(one)));
  const rule = words.length === 1 ? `must be ${words[0]}` : `must be one of ${words.join(", ")}`;
  const fallback = words.length === 1 ? `use ${words[0]}` : "use one of them";
  const fix = typeof value === "string" ? didYouMean(value, words, fallback) : fallback;
  return { rule: `${rule} (got ${shown(value, path)})`, fix };
}

function text(schema: Schema, value: string, path: FieldPath): BrokenRule[] {
  const { minLength = 0, maxLength = Infinity } = schema;
  if (value.length < minLength) {
    return [{ rule: minLength === 1 ? "must not be empty" : `is shorter than ${minLength}`, fix: "set it" }];
  }
  // Kubernetes counts characters, JavaScript UTF-16 units.
  if (value.length > maxLength && [...value].length > maxLength) {
    return [
      { rule: `must be at most ${maxLength} characters (got ${[...value].length})`, fix: "shorten it" },
    ];
  }
  const { pattern, words } = textPattern(schema);
  if (pattern === undefined || regularExpression(pattern).test(value)) return [];
  return [{ rule: `must be ${words} (got ${shown(value, path)})`, fix: "change it" }];
}

function range(schema: Schema, value: number, path: FieldPath): BrokenRule[] {
  const [lowest, highest] = schema.format === "int32" ? [-(2 ** 31), 2 ** 31 - 1] : [-Infinity, Infinity];
  const { minimum = lowest, maximum = highest } = schema;
  const got = `(got ${shown(value, path)})`;
  if (value < minimum) return [{ rule: `must be at least ${minimum} ${got}`, fix: `use ${minimum} or more` }];
  if (value > maximum) return [{ rule: `must be at most ${maximum} ${got}`, fix: `use ${maximum} or less` }];
  return [];
}

const expressions = new Map<string, RegExp>();

export function regularExpression(pattern: string): RegExp {
  let found = expressions.get(pattern);
  if (found === undefined) expressions.set(pattern, (found = compiled(pattern)));
  return found;
}

/** n.b. Go's expressions may escape characters that need none, such as `\-`, which JavaScript's unicode mode refuses. */
function compiled(pattern: string): RegExp {
  try {
    return new RegExp(pattern, "u");
  } catch {
    return new RegExp(pattern);
  }
}
