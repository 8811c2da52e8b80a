import type { Node, Scalar } from "yaml";
import { quoteValue } from "../../core/finding.ts";
import type { Problem } from "./parsed.ts";
import { isInexactInteger, resolvePlain, type ScalarValue } from "./scalar.ts";

export type Report = (code: Problem["code"], node: Node | null, message: string, fix: string) => void;

/** n.b. go-yaml ends a line at these, so that the same file means something else to other parsers. */
const LINE_BREAK = /[\r\u0085\u2028\u2029]/;
const CORE_TAG = "tag:yaml.org,2002:";
const SCALAR_TAGS = ["str", "int", "float", "bool", "null"];
const COLLECTION_TAGS = [`${CORE_TAG}map`, `${CORE_TAG}seq`];

/** What a scalar of `document` means, and its length in characters. */
export function convertScalar(
  node: Scalar,
  document: string,
  report: Report,
): { value: ScalarValue; length: number } {
  const text = textOf(node, document);
  if (node.type !== "QUOTE_DOUBLE" && LINE_BREAK.test(text)) {
    const message = "a character that only YAML 1.1 takes for the end of a line";
    report("E001", node, message, "remove it, or write it as an escape in double quotes");
  }
  if (!text.isWellFormed()) report("E006", node, "half of a surrogate pair", "write the whole character");
  return { value: valueOf(node, text, report), length: text.length };
}

/** n.b. go-yaml adds no line feed to a block scalar that ends with the file; the `yaml` package does. */
function textOf({ value, type, range }: Scalar, document: string): string {
  if (typeof value !== "string") return "";
  const isBlock = type === "BLOCK_LITERAL" || type === "BLOCK_FOLDED";
  const endsFile = isBlock && range?.[1] === document.length && !document.endsWith("\n");
  return endsFile && value.endsWith("\n") ? value.slice(0, -1) : value;
}

function valueOf(node: Scalar, text: string, report: Report): ScalarValue {
  const tag = node.tag?.startsWith(CORE_TAG) ? node.tag.slice(CORE_TAG.length) : node.tag;
  if (tag === "str" || tag === "!" || (tag === undefined && node.type !== "PLAIN")) return text;
  const value = resolvePlain(text);
  if (tag !== undefined && !SCALAR_TAGS.includes(tag)) reportTag(node, report);
  else if (tag !== undefined && !fitsTag(value, tag)) {
    report("E001", node, `the value is no !!${tag}`, "remove the tag or correct the value");
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    report("E001", node, "JSON has no infinity and no NaN", "put the value in quotes if it is text");
  }
  if (isInexactInteger(text, value)) {
    const message = "a whole number above 2^53 is rounded by JSON readers";
    report("E016", node, message, "put it in quotes if the field takes text");
  }
  return value;
}

function fitsTag(value: ScalarValue, tag: string): boolean {
  if (tag === "null") return value === null;
  if (tag === "bool") return typeof value === "boolean";
  return typeof value === "number" && (tag === "float" || Number.isInteger(value));
}

/** A mapping or list may have no tag but its own. */
export function checkCollectionTag(node: Node, report: Report): void {
  if (node.tag !== undefined && !COLLECTION_TAGS.includes(node.tag)) reportTag(node, report);
}

function reportTag(node: Node, report: Report): void {
  const tag = quoteValue(node.tag?.replace(CORE_TAG, "!!"));
  report("E001", node, `the tag ${tag} has no meaning in Kubernetes`, "remove the tag");
}
