import { type FieldPath, type Finding, finding } from "../../core/finding.ts";
import { originFile } from "../kustomize/origin.ts";
import { parseDocument } from "./document.ts";
import { escaped } from "./escape.ts";
import { Garbage } from "./garbage.ts";
import { FileTexts } from "./file-texts.ts";
import type { Limits } from "./limits.ts";
import { type FoundObject, objectsIn } from "./objects.ts";
import { locate, type SourceDocument } from "./places.ts";
import { type Identity, SourceObject } from "./source-object.ts";
import { type Chunk, splitDocuments } from "./split.ts";
import { type Position, positionsIn } from "./text.ts";
import { TextStore } from "./text-store.ts";
import { tooManyDocuments } from "./refusals.ts";
import type { FoundFile } from "./walk.ts";

/** What has been read of a folder so far, and what it may still take. */
export class Reading {
  readonly objects: SourceObject[] = [];
  readonly findings: Finding[];
  readonly #limits: Limits;
  readonly #texts: FileTexts;
  readonly #store = new TextStore();
  readonly #garbage = new Garbage();
  /** What aliases may still add. */
  #expansion: number;
  #documents = 0;

  constructor(limits: Limits, findings: readonly Finding[]) {
    this.findings = [...findings];
    this.#limits = limits;
    this.#texts = new FileTexts(limits);
    this.#expansion = limits.expansion;
  }

  /** Whether nothing more is read: there are more findings, objects or characters than may be. */
  get full(): boolean {
    const { findings, objects, printedBytes, documents } = this.#limits;
    return (
      this.findings.length >= findings ||
      this.objects.length > objects ||
      this.#store.bytes > printedBytes ||
      this.#documents > documents
    );
  }

  async file(found: FoundFile): Promise<void> {
    this.#texts.forget();
    this.#garbage.clear();
    const content = this.#texts.open(found);
    if ("code" in content) {
      this.findings.push(content);
      return;
    }
    for (const chunk of splitDocuments(content.text)) {
      if (this.full) return;
      await this.#document({ file: found.file, again: () => this.#texts.again(found, chunk) }, chunk);
      this.#garbage.clear();
    }
  }

  /**
   * Reads what kustomize printed. Nobody has its lines: findings name the object, and its file where kustomize says it.
   *
   * @param file - the kustomization.
   * @param prefix - of files in its folder.
   */
  async built(text: string, file: string, prefix: string): Promise<void> {
    for (const chunk of splitDocuments(text)) {
      if (this.full) return;
      await this.#document({ file, again: () => () => chunk.text, builtIn: prefix }, chunk);
      this.#garbage.clear();
    }
  }

  async #document({ file, again, builtIn }: Origin, chunk: Chunk): Promise<void> {
    if (++this.#documents > this.#limits.documents) {
      this.findings.push(tooManyDocuments(file, chunk.firstLine, this.#limits));
      return;
    }
    const parsed = await parseDocument(chunk.text, this.#limits, this.#expansion);
    if (parsed.kind === "empty") return;
    const { firstLine } = chunk;
    const position = positionsIn(chunk.text, firstLine);
    const built = builtIn !== undefined;
    for (const { code, message, fix, offset } of parsed.problems) {
      this.findings.push(placed(finding(code, [], message, fix), file, built ? TOP : position(offset)));
    }
    if (parsed.kind === "broken") return;
    this.#expansion -= parsed.expansion;
    const { objects, findings } = objectsIn(parsed.value);
    const current = { file, firstLine, text: () => chunk.text, limits: this.#limits, built };
    for (const each of findings) this.findings.push(placed(each, file, locate(current, each.path, "value")));
    const document = { ...current, text: again() };
    for (const object of objects) {
      const origin = built ? originFile(object.object, builtIn) : undefined;
      this.#object(object, origin === undefined ? document : { ...document, file: origin });
      if (!this.full) continue;
      this.#tooLarge(object.base, current);
      return;
    }
  }

  #object({ object, base }: FoundObject, document: SourceDocument): void {
    const stored = this.#store.add(escaped(JSON.stringify(object)));
    this.objects.push(new SourceObject(identityOf(object), this.#store, stored, document, base));
  }

  #tooLarge(base: FieldPath, document: SourceDocument): void {
    const { objects, printedBytes } = this.#limits;
    const what = this.objects.length > objects ? `${objects} objects` : `${printedBytes >> 20} MiB of JSON`;
    const message = `with this object the folder has more than ${what}`;
    const of = finding("E003", [], message, "make several Applications of it");
    this.findings.push(placed(of, document.file, locate(document, base, "value")));
  }
}

/** Of a text whose lines are nobody's. */
const TOP: Position = { line: 1, column: 1 };

/** Where a document comes from. */
interface Origin {
  file: string;
  /** Makes what reads the document's text once more. */
  again: () => () => string;
  /** Of what kustomize printed: the prefix of files in the folder that was built. */
  builtIn?: string;
}

function placed(of: Finding, file: string, { line, column }: Position): Finding {
  return { ...of, file, line, column };
}

/** n.b. a part of a text that was read keeps the whole text in memory, a text made of bytes does not. */
function identityOf(object: Readonly<Record<string, unknown>>): Identity {
  const own = (value: unknown) => (typeof value === "string" ? Buffer.from(value).toString() : undefined);
  // objectsIn has seen apiVersion, kind and a name.
  const { apiVersion, kind, metadata } = object as {
    [field: string]: unknown;
    metadata: Record<string, unknown>;
  };
  return {
    apiVersion: own(apiVersion) ?? "",
    kind: own(kind) ?? "",
    namespace: own(metadata["namespace"]),
    name: own(metadata["name"]),
  };
}
