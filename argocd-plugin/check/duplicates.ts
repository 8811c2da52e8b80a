import { finding } from "../../core/finding.ts";
import type { SourceObject } from "../read/source-object.ts";
import type { Findings } from "./findings.ts";
import { linesOf, placedAt } from "./placed.ts";

/**
 * Objects that stand in the folder more than once, at each place but the first.
 *
 * @param namespace - of objects that name none: Argo CD puts them into the Application's destination.
 */
export function addDuplicates(
  objects: readonly SourceObject[],
  namespace: string | undefined,
  findings: Findings,
): void {
  const first = new Map<string, SourceObject>();
  const twice: [object: SourceObject, before: SourceObject][] = [];
  for (const object of objects) {
    const { apiVersion, kind, name } = object;
    if (name === undefined) continue;
    const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
    const identity = [group, kind, object.namespace ?? namespace ?? "", name].join("\0");
    const before = first.get(identity);
    if (before === undefined) first.set(identity, object);
    else twice.push([object, before]);
  }
  const lines = linesOf(twice.slice(0, findings.room).map(([, before]) => before));
  for (const [object, before] of twice) {
    const message = `${object.title} is defined already at ${before.file}:${lines.get(before) ?? 1}`;
    findings.add([finding("E009", ["metadata", "name"], message, "remove one of the two")], placedAt(object));
  }
}
