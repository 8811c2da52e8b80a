import { type Finding, finding } from "../../core/finding.ts";
import { nameOf, objectName, type Placed } from "./placed.ts";

/**
 * Objects that stand in the folder more than once, at each place but the first.
 *
 * @param namespace - of objects that name none: Argo CD puts them into the Application's destination.
 */
export function duplicateFindings(objects: readonly Placed[], namespace: string | undefined): Finding[] {
  const first = new Map<string, Placed>();
  const findings: Finding[] = [];
  for (const placed of objects) {
    const { metadata, apiVersion, kind } = placed.manifest;
    const name = nameOf(placed.manifest);
    if (name === undefined) continue;
    const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
    const identity = JSON.stringify([group, kind, metadata.namespace ?? namespace ?? "", name]);
    const before = first.get(identity);
    if (before === undefined) {
      first.set(identity, placed);
      continue;
    }
    const message = `${objectName(placed.manifest)} is defined already at ${before.source.file}:${before.source.line}`;
    findings.push(placed.at(finding("E009", ["metadata", "name"], message, "remove one of the two")));
  }
  return findings;
}
