import type { FieldPath } from "../../core/finding.ts";
import type { Manifest } from "../../core/manifest.ts";
import { locate, locateLiteral, type SourceDocument } from "./places.ts";
import type { Position } from "./text.ts";
import type { Stored, TextStore } from "./text-store.ts";

/** What tells an object from all others. */
export interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  /** Absent where the object has a generateName. */
  readonly name: string | undefined;
}

/** An object as it was read: a line of JSON in a store, and where it comes from. */
export class SourceObject implements Identity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly #stored: Stored;
  readonly #store: TextStore;
  /** Objects of one list share it. */
  readonly document: SourceDocument;
  /** From the document's root: `["items", 3]` in a list. */
  readonly #base: FieldPath;

  constructor(
    identity: Identity,
    store: TextStore,
    stored: Stored,
    document: SourceDocument,
    base: FieldPath,
  ) {
    this.apiVersion = identity.apiVersion;
    this.kind = identity.kind;
    this.namespace = identity.namespace;
    this.name = identity.name;
    this.#store = store;
    this.#stored = stored;
    this.document = document;
    this.#base = base;
  }

  get file(): string {
    return this.document.file;
  }

  /** Where the object begins, counting from 1. */
  get line(): number {
    return this.locate([]).line;
  }

  /** `Kind/name`, as findings call it. */
  get title(): string {
    return `${this.kind}/${this.name ?? "(generated)"}`;
  }

  /** JSON with a line feed, to be written before anything else is read. */
  get json(): Buffer {
    return this.#store.read(this.#stored);
  }

  /** A new copy with each call. n.b. `metadata.name` may be a generateName instead. */
  read(): Manifest {
    return JSON.parse(this.json.toString("utf8")) as Manifest; // checked when it was stored
  }

  /**
   * Where a field stands: a scalar's value, anything else's key (with `at: "key"` always the key), and for a field that
   * is not there its nearest ancestor.
   */
  locate(path: FieldPath, at: "key" | "value" = "value"): Position {
    return locate(this.document, [...this.#base, ...path], at);
  }

  /** Where the text of a field that is a literal block begins; undefined where its lines are not the file's. */
  locateLiteral(path: FieldPath, text: string): Position | undefined {
    return locateLiteral(this.document, [...this.#base, ...path], text);
  }
}
