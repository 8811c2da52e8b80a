import { type FieldPath, type Finding, finding } from "../../../core/finding.ts";
import { isObject } from "../../../core/json.ts";

export type Fields = Record<string, unknown>;

/** A part of a pod and where it stands. Its types are not promised: those are the schema's matter. */
export interface Part {
  fields: Fields;
  path: FieldPath;
}

export const POD_PATH: FieldPath = ["spec", "workload", "template", "spec"];

/** What Kubernetes would answer 422 to. */
export function refused(path: FieldPath, message: string, fix: string): Finding {
  return finding("E036", path, message, fix);
}

/** The entries of a list that are objects. */
export function entriesOf({ fields, path }: Part, list: string): Part[] {
  const entries = fields[list];
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry: unknown, index) =>
    isObject(entry) ? [{ fields: entry, path: [...path, list, index] }] : [],
  );
}

/** A member that is an object. */
export function memberOf({ fields, path }: Part, field: string): Part | undefined {
  const member = fields[field];
  return isObject(member) ? { fields: member, path: [...path, field] } : undefined;
}

export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}
