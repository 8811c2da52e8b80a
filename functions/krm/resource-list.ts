import { isDeepStrictEqual } from "node:util";
import { Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";
import { isObject } from "../../core/json.ts";
import type { Manifest } from "../../core/manifest.ts";
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
  readonly #document: Document;

  /** @throws {KrmError} where the text is no ResourceList of objects that are there once. */
  constructor(text: string) {
    this.#document = parseDocument(text, { intAsBigInt: false, schema: "core", version: "1.2" });
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

  /** The list with what a function made of it: an item that it left alone is written as it was. */
  with({ items, results }: KrmOutput): string {
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
    if (results.length > 0) this.#document.set("results", this.#document.createNode(results));
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
    return this.#document.createNode(value);
  }
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
