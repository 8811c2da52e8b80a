import type { Live } from "../kubernetes.ts";

/** A field that more than one manager wrote and still owns. */
export interface SharedField {
  object: string;
  field: string;
  managers: string[];
}

/** n.b. Crossplane writes an actor's conditions under both of these names. */
const CROSSPLANE_ITSELF = ["crossplane", "apiextensions.crossplane.io/composite"];

/** What several managers own at once, read from `metadata.managedFields`. */
export function sharedFields({ kind, metadata }: Live): SharedField[] {
  const owners = new Map<string, Set<string>>();
  for (const { manager, fieldsV1 } of metadata.managedFields ?? []) {
    for (const field of leaves(fieldsV1 ?? {}, "")) {
      owners.set(field, (owners.get(field) ?? new Set()).add(writerOf(manager)));
    }
  }
  return [...owners]
    .filter(([, { size }]) => size > 1)
    .map(([field, managers]) => ({
      object: `${kind}/${metadata.name}`,
      field,
      managers: [...managers].toSorted(),
    }));
}

/** n.b. "." stands for a map or list item itself: to own it only says that it is there. */
function leaves(fields: object, path: string): string[] {
  return Object.entries(fields).flatMap(([name, below]) => {
    if (name === ".") return [];
    const here = path + name.replace(/^f:/, ".");
    return Object.keys(below as object).length === 0 ? [here] : leaves(below as object, here);
  });
}

function writerOf(manager: string): string {
  return CROSSPLANE_ITSELF.includes(manager) ? "crossplane" : manager;
}
