export type ScalarValue = string | number | boolean | null;

const TRUE = ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"];
const FALSE = ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"];
const NULL = ["", "~", "null", "Null", "NULL"];
const NAN = [".nan", ".NaN", ".NAN"];
const INFINITE = [".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"];
const NEGATIVE_INFINITE = ["-.inf", "-.Inf", "-.INF"];

const WORDS: ReadonlyMap<string, ScalarValue> = new Map<string, ScalarValue>([
  ...TRUE.map((word) => [word, true] as const),
  ...FALSE.map((word) => [word, false] as const),
  ...NULL.map((word) => [word, null] as const),
  ...NAN.map((word) => [word, NaN] as const),
  ...INFINITE.map((word) => [word, Infinity] as const),
  ...NEGATIVE_INFINITE.map((word) => [word, -Infinity] as const),
]);

const DECIMAL = /^[+-]?(?:0|[1-9][0-9]*)$/;
const WITH_BASE = /^([+-]?)(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+)$/;
const FLOAT = /^[+-]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

/**
 * What an unquoted scalar means to kubectl: go-yaml 2's `resolve`, which is YAML 1.1 without sexagesimals and
 * timestamps.
 *
 * @see https://github.com/yaml/go-yaml/blob/v2.4.2/resolve.go
 */
export function resolvePlain(text: string): ScalarValue {
  if (!/^[-+.0-9~yYnNtTfFoO]|^$/.test(text)) return text;
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  return /^[-+.0-9]/.test(text) ? (resolveNumber(text.replaceAll("_", "")) ?? text) : text;
}

function resolveNumber(text: string): number | undefined {
  if (DECIMAL.test(text)) return Number(text);
  const match = WITH_BASE.exec(text);
  if (match !== null) {
    const digits = match[2]!;
    const magnitude = Number(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
    return match[1] === "-" ? -magnitude : magnitude;
  }
  if (!FLOAT.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** Whether `text` is a whole number that a JSON reader would round. */
export function isInexactInteger(text: string, value: ScalarValue): boolean {
  if (typeof value !== "number" || !Number.isFinite(value) || Number.isSafeInteger(value)) return false;
  const digits = text.replaceAll("_", "");
  return DECIMAL.test(digits) || WITH_BASE.test(digits);
}

/** A mapping's key as JSON carries it: `1: x` and `yes: x` have the keys "1" and "true". Undefined for null. */
export function keyText(value: ScalarValue): string | undefined {
  return value === null ? undefined : typeof value === "string" ? value : String(value);
}

/** The key that sets an object's prototype in JavaScript, here or in any tool that reads our output. */
export const RESERVED_KEY = "__proto__";
