import type { FieldPath, Finding } from "../../core/finding.ts";
import type { Limits } from "../read/limits.ts";
import { KeptPlaces, locate, type SourceDocument } from "../read/places.ts";
import { type Position, positionsIn } from "../read/text.ts";
import { placeIn } from "./placed.ts";
import type { SourceObject } from "../read/source-object.ts";

/** A tool as it was written, with the actors that its route names or the file's route that it takes. */
export interface Tool {
  name: string;
  route: readonly string[] | string;
}

/** What a file of tools says, once it fits the schema; the rest is the gateway's. */
export interface ToolsContent {
  tools: readonly Tool[];
  routes?: Readonly<Record<string, readonly string[] | null>> | null;
}

/** n.b. the ConfigMap's own document stays parsed meanwhile: a list may hold thousands of them. */
const TEXTS = new KeptPlaces();

/** One data key of a ConfigMap with tools. */
export class ToolsFile {
  readonly source: SourceObject;
  readonly namespace: string | undefined;
  readonly key: string;
  readonly text: string;
  readonly #document: SourceDocument;
  #origin: Position | "unknown" | undefined;

  constructor(
    source: SourceObject,
    namespace: string | undefined,
    { key, text, limits }: { key: string; text: string; limits: Limits },
  ) {
    this.source = source;
    this.namespace = namespace;
    this.key = key;
    this.text = text;
    this.#document = { file: source.file, firstLine: 1, text: () => text, limits };
  }

  /** The finding with the path from the ConfigMap's root, and its place in the ConfigMap's file. */
  placed(one: Finding, at: "key" | "value"): Finding {
    return this.#at(one, () => locate(this.#document, one.path, at, TEXTS));
  }

  /** @param offset - into the file's text. */
  placedAtOffset(one: Finding, offset: number): Finding {
    return this.#at(one, () => positionsIn(this.text, 1)(offset));
  }

  /** Where a field stands in the ConfigMap's file. */
  place(path: FieldPath): { file: string } & Position {
    return { file: this.source.file, ...this.#outer(() => locate(this.#document, path, "value", TEXTS)) };
  }

  #at(one: Finding, inner: () => Position): Finding {
    const path = ["data", this.key, ...one.path];
    return { ...one, object: this.source.title, path, ...placeIn(this.source, () => this.#outer(inner)) };
  }

  /** In a literal block the text's lines are the file's; of any other scalar only its beginning is known. */
  #outer(inner: () => Position): Position {
    const value = ["data", this.key];
    this.#origin ??= this.source.locateLiteral(value, this.text) ?? "unknown";
    if (this.#origin === "unknown") return this.source.locate(value);
    const { line, column } = inner();
    return { line: this.#origin.line + line - 1, column: this.#origin.column + column - 1 };
  }
}
