import { type FieldPath, type Finding, finding, quoteValue } from "../../core/finding.ts";
import { isObject } from "../../core/json.ts";

export interface FoundObject {
  object: Record<string, unknown>;
  /** From the document's root: `["items", 3]` in a list. */
  base: FieldPath;
}

/** The Kubernetes objects of one document, lists (also lists in lists) written out; E007 for what is none. */
export function objectsIn(value: unknown): { objects: FoundObject[]; findings: Finding[] } {
  const objects: FoundObject[] = [];
  const findings: Finding[] = [];
  collect(value, [], objects, findings);
  return { objects, findings };
}

function collect(value: unknown, base: FieldPath, objects: FoundObject[], findings: Finding[]): void {
  if (!isObject(value)) {
    const shape = Array.isArray(value) ? "a list" : value === null ? "nothing" : "a single value";
    findings.push(finding("E007", base, `must be a Kubernetes object (got ${shape})`, NOT_AN_OBJECT_FIX));
    return;
  }
  const items = itemsOf(value);
  if (items !== undefined) {
    items.forEach((item, index) => collect(item, [...base, "items", index], objects, findings));
    return;
  }
  const missing = identityFindings(value, base);
  if (missing.length > 0) findings.push(...missing);
  else objects.push({ object: value, base });
}

const NOT_AN_OBJECT_FIX =
  "keep only Kubernetes objects in this folder (values files of Helm, say, elsewhere), or give the file another ending";

/** n.b. kubectl and Argo CD take apart whatever has `items`; a List's own metadata is dropped. */
function itemsOf(value: Record<string, unknown>): unknown[] | undefined {
  const { kind, items } = value;
  if (typeof kind !== "string" || !kind.endsWith("List")) return undefined;
  if (Array.isArray(items)) return items;
  return kind === "List" && (items === null || items === undefined) ? [] : undefined;
}

function identityFindings(value: Record<string, unknown>, base: FieldPath): Finding[] {
  const { apiVersion, kind } = value;
  if (apiVersion === undefined && kind === undefined) {
    return [finding("E007", base, "has no apiVersion and no kind", NOT_AN_OBJECT_FIX)];
  }
  const metadata = isObject(value["metadata"]) ? value["metadata"] : {};
  const named = metadata["name"] ?? metadata["generateName"];
  return [
    ...textFinding(apiVersion, [...base, "apiVersion"], "write the API's group and version, such as apps/v1"),
    ...textFinding(kind, [...base, "kind"], "write the object's kind, such as AsyncActor"),
    ...textFinding(named, [...base, "metadata", "name"], "give the object a name"),
  ];
}

function textFinding(value: unknown, path: FieldPath, fix: string): Finding[] {
  if (typeof value === "string" && value !== "") return [];
  if (value === undefined || value === null || value === "")
    return [finding("E007", path, "is missing", fix)];
  const text = isObject(value) || Array.isArray(value) ? "" : ` (got ${quoteValue(value)})`;
  return [finding("E007", path, `must be text${text}`, "put it in quotes")];
}
