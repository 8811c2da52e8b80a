import { isDeepStrictEqual } from "node:util";
import { Document, isMap, isScalar, isSeq, parseDocument, stringify, type YAMLMap, type YAMLSeq } from "yaml";
import { isObject } from "../../core/json.ts";
import type { Manifest } from "../../core/manifest.ts";
import { appendEdit, applyEdits, scalarEdits, WRITTEN, type Edit } from "./edits.ts";
import type { KrmOutput } from "./kpt.ts";

const VERSIONS = ["config.kubernetes.io/v1", "config.kubernetes.io/v1beta1"];
const PATH = ["internal.config.kubernetes.io/path", "config.kubernetes.io/path"];
const INDEX = ["internal.config.kubernetes.io/index", "config.kubernetes.io/index"];

export class KrmError extends Error {
  override name = "KrmError";
}

/** A ResourceList as it came, comments included. */
export class ResourceList {
  readonly items: readonly Manifest[];
  readonly config: Manifest | undefined;
  readonly #text: string;
  readonly #document: Document;

  /** @throws {KrmError} where the text is no ResourceList of objects that are there once. */
  constructor(text: string) {
    this.#text = text;
    this.#document = parseDocument(text, {
      intAsBigInt: false,
      keepSourceTokens: true,
      schema: "core",
      version: "1.2",
    });
    const [error] = this.#document.errors;
    if (error !== undefined) throw new KrmError(`stdin is no YAML: ${error.message}`);
    const list: unknown = this.#document.toJS();
    if (!isObject(list) || list["kind"] !== "ResourceList" || !VERSIONS.includes(String(list["apiVersion"])))
      throw new KrmError(`stdin must be a ResourceList of ${VERSIONS.join(" or ")}`);
    const items = list["items"] ?? [];
    if (!Array.isArray(items) || !items.every(isManifest))
      throw new KrmError("each of items must be an object with apiVersion, kind and metadata.name");
    const keys = items.map(keyOf);
    const twice = keys.find((key, index) => keys.indexOf(key) !== index);
    if (twice !== undefined) throw new KrmError(`${twice} is among the items twice - remove one`);
    this.items = items;
    this.config = isObject(list["functionConfig"])
      ? (list["functionConfig"] as unknown as Manifest)
      : undefined;
  }

  /**
   * The list with what a function made of it: items in the order in which they came, then new ones. Of the text nothing else
   * changes, unless an item got or lost a field, or the list is written as JSON.
   */
  with({ items, results }: KrmOutput): string {
    const made = new Map(items.map((item) => [keyOf(item), item]));
    const known = new Set(this.items.map(keyOf));
    const kept = this.items.flatMap((item) => made.get(keyOf(item)) ?? []);
    const added = items.filter((item) => !known.has(keyOf(item)));
    const edits = kept.length === this.items.length ? this.#edits(kept, added, results) : undefined;
    return edits === undefined
      ? this.#rewritten([...kept, ...added], results)
      : applyEdits(this.#text, edits);
  }

  #edits(
    kept: readonly Manifest[],
    added: readonly Manifest[],
    results: KrmOutput["results"],
  ): Edit[] | undefined {
    const root = this.#document.contents;
    const sequence = this.#document.get("items");
    if (!isMap(root) || root.srcToken?.type !== "block-map" || !isSeq(sequence)) return undefined;
    if (root.srcToken.indent !== 0 || this.#document.directives?.docEnd === true) return undefined;
    const parts = [
      ...kept.map((item, index) => scalarEdits(sequence.items[index], this.items[index], item)),
      appendEdit(this.#text, sequence, added),
      resultsEdit(this.#text, root, results),
    ];
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  }

  #rewritten(items: readonly Manifest[], results: KrmOutput["results"]): string {
    const before = new Map(this.items.map((item, index) => [keyOf(item), index]));
    const nodes = this.#document.get("items");
    const sequence = isSeq(nodes) ? nodes : (this.#document.createNode([]) as YAMLSeq);
    const node = (item: Manifest): unknown => {
      const index = before.get(keyOf(item));
      const unchanged = index !== undefined && isDeepStrictEqual(this.items[index], item);
      return unchanged
        ? sequence.items[index]
        : this.#changed(index === undefined ? undefined : sequence.items[index], item);
    };
    const written = items.map(node);
    sequence.items = written;
    this.#document.set("items", sequence);
    if (results.length > 0) this.#document.set("results", this.#document.createNode(results, WRITTEN));
    else this.#document.delete("results");
    return this.#document.toString({ lineWidth: 0, flowCollectionPadding: false, indentSeq: false });
  }

  /** Only values that differ are written anew, so that comments around them stay. */
  #changed(node: unknown, value: unknown): unknown {
    if (isMap(node) && isObject(value)) {
      for (const [key, member] of Object.entries(value))
        setMember(node, key, this.#changed(node.get(key, true), member));
      for (const { key } of node.items.slice()) {
        const name = String((key as { value?: unknown } | null)?.value);
        if (!Object.hasOwn(value, name)) node.delete(name);
      }
      return node;
    }
    if (isSeq(node) && Array.isArray(value)) {
      node.items = value.map((member, index) => this.#changed(node.items[index], member));
      return node;
    }
    if (isScalarOf(node, value)) return node;
    const made = this.#document.createNode(value, WRITTEN);
    if (isScalar(node)) made.comment = node.comment ?? null;
    return made;
  }
}

/** Results are the list's last member; those that came are of another function and go. */
function resultsEdit(text: string, root: YAMLMap, results: KrmOutput["results"]): Edit[] | undefined {
  const end = text.length;
  const newline = text.endsWith("\n") ? "" : "\n";
  const written = results.length === 0 ? "" : newline + stringify({ results }, WRITTEN);
  const index = root.items.findIndex(({ key }) => isScalar(key) && key.value === "results");
  const old = index === -1 ? undefined : root.items[index]?.key;
  if (old === undefined) return written === "" ? [] : [{ from: end, to: end, text: written }];
  // In the midst of others, whose comments may stand between.
  if (index < root.items.length - 1 || !isScalar(old) || old.range == null) return undefined;
  return [{ from: old.range[0], to: end, text: written.trimStart() }];
}

function setMember(map: YAMLMap, key: string, node: unknown): void {
  if (map.get(key, true) !== node) map.set(key, node);
}

function isScalarOf(node: unknown, value: unknown): boolean {
  return isObject(node) && "value" in node && node["value"] === value;
}

/** Where an item came from, as kustomize and kpt note it. */
export function fileOf({ metadata }: Manifest): { path: string; index?: number } | undefined {
  const annotations = metadata.annotations ?? {};
  const [path] = PATH.flatMap((name) => annotations[name] ?? []);
  const [index] = INDEX.flatMap((name) => annotations[name] ?? []);
  if (path === undefined) return undefined;
  return { path, ...(index === undefined ? {} : { index: Number(index) }) };
}

function isManifest(item: unknown): item is Manifest {
  return (
    isObject(item) &&
    typeof item["apiVersion"] === "string" &&
    typeof item["kind"] === "string" &&
    isObject(item["metadata"]) &&
    typeof item["metadata"]["name"] === "string"
  );
}

export function keyOf({ apiVersion, kind, metadata: { name, namespace } }: Manifest): string {
  return `${apiVersion} ${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
