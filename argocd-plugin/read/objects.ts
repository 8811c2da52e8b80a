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
  if (missing.length === 0) objects.push({ object: value, base });
  else findings.push(...(value["kind"] === "Secret" ? missing.map(withoutValue) : missing));
}

function withoutValue(one: Finding): Finding {
  return { ...one, message: one.message.replace(/ \(got .*\)$/, "") };
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
  const at = (...path: string[]) => [...base, "metadata", ...path];
  return [
    ...textFinding(apiVersion, [...base, "apiVersion"], "write the API's group and version, such as apps/v1"),
    ...textFinding(kind, [...base, "kind"], "write the object's kind, such as AsyncActor"),
    ...textFinding(metadata["name"] ?? metadata["generateName"], at("name"), "give the object a name"),
    ...(metadata["namespace"] == null
      ? []
      : textFinding(metadata["namespace"], at("namespace"), "remove it")),
    ...["labels", "annotations"].flatMap((field) => textMemberFindings(metadata[field], at(field))),
  ];
}

/** n.b. a label that YAML reads as a number or as true makes the API server refuse the object. */
function textMemberFindings(members: unknown, path: FieldPath): Finding[] {
  if (!isObject(members)) return [];
  return Object.entries(members)
    .filter(([, value]) => typeof value !== "string" && value !== null)
    .map(([name, value]) => ({ ...notText(value, [...path, name]), code: "E011" }));
}

function textFinding(value: unknown, path: FieldPath, fix: string): Finding[] {
  if (typeof value === "string" && value !== "") return [];
  if (value === undefined || value === null || value === "")
    return [finding("E007", path, "is missing", fix)];
  return [notText(value, path)];
}

function notText(value: unknown, path: FieldPath): Finding {
  const text = isObject(value) || Array.isArray(value) ? "" : ` (got ${quoteValue(value)})`;
  return finding("E007", path, `must be text${text}`, "put it in quotes");
}
