import { LIMITS } from "./limits.ts";

/** Not in the subset: the full parser decides whether it is YAML at all. */
export const BEYOND = new Error("beyond the simple subset");

/** More members than a document may have; the full parser would only need more memory to find the same. */
export class TooMany extends Error {
  readonly offset: number;
  constructor(offset: number) {
    super("too many members");
    this.offset = offset;
  }
}

const REST_OF_LINE = / *(?:(?<= )#[^\n]*)?\r?(?:\n|$)/y;
const MAX_DEPTH = 60;
/** Members of mappings and lists, and lines of literal blocks. */
const MAX_MEMBERS = LIMITS.members;

/** A place in a text that is read line by line, and what has been read so far. */
export class Cursor {
  readonly text: string;
  at = 0;
  /** Column of the current line's content; -1 after the last line. */
  indent = -1;
  #depth = 0;
  #members = 0;

  constructor(text: string) {
    this.text = text;
  }

  get next(): string | undefined {
    return this.text[this.at];
  }

  /** Column of the place in its line. */
  get column(): number {
    return this.at - (this.text.lastIndexOf("\n", this.at - 1) + 1);
  }

  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.at = pattern.lastIndex;
    return match;
  }

  startsWith(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    return pattern.test(this.text);
  }

  skipSpaces(): number {
    while (this.text[this.at] === " ") this.at++;
    return this.at;
  }

  /** Whether nothing but spaces and a comment is left of the line; the place is not at a space. */
  lineEnds(): boolean {
    const next = this.text[this.at];
    if (next === undefined || next === "\n") return true;
    return (next === "\r" || next === "#") && this.startsWith(REST_OF_LINE);
  }

  /** To the next line with content; nothing but a comment may be left of this one. */
  endLine(): void {
    if (this.take(REST_OF_LINE) === undefined) throw BEYOND;
    this.nextLine();
  }

  nextLine(): void {
    for (;;) {
      const lineStart = this.at;
      const at = this.skipSpaces();
      if (at >= this.text.length) {
        this.indent = -1;
        return;
      }
      if (this.text[at] !== "#" && !this.lineEnds()) {
        this.indent = at - lineStart;
        return;
      }
      const feed = this.text.indexOf("\n", at);
      this.at = feed === -1 ? this.text.length : feed + 1;
    }
  }

  enter(): void {
    if (++this.#depth > MAX_DEPTH) throw BEYOND;
  }

  leave(): void {
    this.#depth--;
  }

  count(): void {
    if (++this.#members > MAX_MEMBERS) throw new TooMany(this.at);
  }
}
