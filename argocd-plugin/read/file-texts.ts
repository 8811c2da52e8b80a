import { type Finding, finding } from "../../core/finding.ts";
import { FileBytes } from "./file-bytes.ts";
import type { Limits } from "./limits.ts";
import type { Chunk } from "./split.ts";
import { decodeUtf8 } from "./text.ts";
import { tooLargeFile } from "./refusals.ts";
import { type FoundFile, unreadable } from "./walk.ts";

/** The texts of a folder's files, one at a time: findings come file by file. */
export class FileTexts {
  readonly #limits: Limits;
  readonly #bytes = new FileBytes();
  #last: { path: string; text: string } | undefined;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** The file's text, or why there is none. */
  open({ file, path }: FoundFile): { text: string } | Finding {
    this.forget();
    let bytes: Buffer;
    try {
      bytes = this.#bytes.read(path, this.#limits.fileBytes);
    } catch (error) {
      return unreadable(file, error);
    }
    // n.b. it may have grown since it was found.
    if (bytes.length > this.#limits.fileBytes) return tooLargeFile(file, bytes.length, this.#limits);
    const decoded = decodeUtf8(bytes);
    this.#bytes.release();
    if ("text" in decoded) {
      this.#last = { path, text: decoded.text };
      return decoded;
    }
    const message = `the byte 0x${decoded.byte.toString(16).padStart(2, "0")} is no UTF-8 text`;
    return { ...finding("E006", [], message, "save the file as UTF-8"), file, ...decoded.invalid };
  }

  forget(): void {
    this.#last = undefined;
  }

  /** Reads a document's text once more, from a file that may be another one by now: good enough for a place. */
  again(found: FoundFile, { start, text: { length } }: Chunk): () => string {
    return () => {
      const text = this.#last?.path === found.path ? this.#last.text : textOf(this.open(found));
      return text.slice(start, start + length);
    };
  }
}

function textOf(opened: { text: string } | Finding): string {
  return "text" in opened ? opened.text : "";
}
