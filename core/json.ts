export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A copy with every object's keys in code-point order, `undefined` members left out; arrays keep their order. */
export function sortKeys<T>(value: T): T {
  if (Array.isArray(value)) return value.map(sortKeys) as T;
  if (!isObject(value)) return value;
  const sorted: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    // n.b. an assignment to __proto__ would set the prototype.
    if (key === "__proto__") Object.defineProperty(sorted, key, { ...OWN, value: sortKeys(member) });
    else sorted[key] = sortKeys(member);
  }
  return sorted as T;
}

const OWN = { configurable: true, enumerable: true, writable: true };
