import { isDeepStrictEqual } from "node:util";
import { isObject } from "../../core/json.ts";

/** One field that differs; undefined = not there. An entry of a keyed list is a step `[key]`. */
export interface FieldChange {
  path: readonly string[];
  before: unknown;
  after: unknown;
}

/** What tells the entries of Kubernetes' lists apart; the first that all entries have counts. */
const LIST_KEYS = ["name", "mountPath", "containerPort"] as const;

/** The fields that differ, deepest first: objects and keyed lists are taken apart, other lists are values. */
export function fieldChanges(before: unknown, after: unknown, path: readonly string[] = []): FieldChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  const [left, right] = [membersOf(before, after), membersOf(after, before)];
  if (left === undefined || right === undefined) return [{ path, before, after }];
  const names = [...new Set([...left.keys(), ...right.keys()])];
  return names.flatMap((name) => fieldChanges(left.get(name), right.get(name), [...path, name]));
}

/** Members by name; undefined for what is no object and no list of the same key as its counterpart. */
function membersOf(value: unknown, other: unknown): Map<string, unknown> | undefined {
  if (isObject(value)) return new Map(Object.entries(value));
  if (!Array.isArray(value)) return undefined;
  const key = LIST_KEYS.find((candidate) => isKeyedBy(value, candidate) && isKeyedBy(other, candidate));
  if (key === undefined) return undefined;
  return new Map(value.map((item: Record<string, unknown>) => [`[${String(item[key])}]`, item]));
}

function isKeyedBy(value: unknown, key: string): boolean {
  if (!Array.isArray(value)) return false;
  const keys = value.map((item: unknown) => (isObject(item) ? item[key] : undefined));
  return !keys.includes(undefined) && new Set(keys).size === keys.length;
}
