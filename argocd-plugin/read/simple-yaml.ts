import { BEYOND, Cursor, TooMany } from "./cursor.ts";
import type { Recorder } from "./parsed.ts";
import { ON_MANY_LINES, ON_ONE_LINE, readFlow } from "./simple-flow.ts";
import { memberKey, readLiteral, readPlain, readQuoted, resolved } from "./simple-scalar.ts";

/** Controls, line breaks of YAML 1.1 alone and lone carriage returns: parsers disagree about them. */
// oxlint-disable-next-line no-control-regex -- they are what it looks for
const STRANGE = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)/;
const KEY = /(?:"([^"\\\r\n\t]*)"|'([^'\r\n\t]*)'|([A-Za-z0-9_.$/][A-Za-z0-9_.$/@()+-]*)) *:(?= |\r?\n|$)/y;
const DASH = /-(?= |\r?\n|$)/y;
const MARKER = /---(?= |\r?\n|$)/y;

export interface SimpleDocument {
  value: unknown;
  /** Where the value begins. */
  offset: number;
}

/**
 * The YAML that nearly all Kubernetes files are written in (block mappings and lists of one-line scalars, literal
 * blocks, flow collections on one line, JSON), read ten times as fast as by the full parser. Whatever is wrong, unusual
 * or would give a finding is `undefined`: this reader never judges.
 */
export function readSimpleYaml(
  text: string,
  record?: Recorder,
): SimpleDocument | "empty" | TooMany | undefined {
  if (STRANGE.test(text)) return undefined;
  try {
    return new SimpleYamlReader(text, record).read();
  } catch (error) {
    // n.b. V8 throws RangeError where a regular expression runs over a text of many megabytes.
    if (error instanceof TooMany) return error;
    if (error === BEYOND || error instanceof RangeError) return undefined;
    throw error;
  }
}

class SimpleYamlReader {
  readonly #cursor: Cursor;
  readonly #record: Recorder | undefined;

  constructor(text: string, record: Recorder | undefined) {
    this.#cursor = new Cursor(text);
    this.#record = record;
  }

  read(): SimpleDocument | "empty" {
    const cursor = this.#cursor;
    cursor.nextLine();
    if (cursor.indent === 0 && cursor.take(MARKER) !== undefined) cursor.endLine();
    if (cursor.indent === -1) return "empty";
    const offset = cursor.at;
    const value = cursor.next === "{" || cursor.next === "[" ? this.#json() : this.#node();
    if (cursor.indent !== -1) throw BEYOND;
    return { value, offset };
  }

  #json(): unknown {
    const value = readFlow(this.#cursor, ON_MANY_LINES, this.#record);
    this.#cursor.endLine();
    return value;
  }

  #node(): unknown {
    this.#cursor.enter();
    const value = this.#atDash() ? this.#list() : this.#mapping();
    this.#cursor.leave();
    return value;
  }

  #mapping(): Record<string, unknown> {
    const cursor = this.#cursor;
    const { indent } = cursor;
    const mapping: Record<string, unknown> = {};
    while (cursor.indent === indent) {
      const keyOffset = cursor.at;
      const match = cursor.take(KEY);
      if (match === undefined) throw BEYOND;
      const key = memberKey(match[1] ?? match[2] ?? resolved(match[3]!), mapping);
      const valueOffset = cursor.skipSpaces();
      cursor.count();
      mapping[key] = this.#member(indent);
      this.#record?.(mapping, key, keyOffset, valueOffset);
    }
    if (cursor.indent > indent) throw BEYOND;
    return mapping;
  }

  #member(indent: number): unknown {
    if (!this.#cursor.lineEnds()) return this.#inline(indent);
    this.#cursor.endLine();
    return this.#below(indent, true);
  }

  #list(): unknown[] {
    const cursor = this.#cursor;
    const { indent } = cursor;
    const list: unknown[] = [];
    while (cursor.indent === indent && cursor.take(DASH) !== undefined) {
      cursor.skipSpaces();
      cursor.count();
      const alone = cursor.lineEnds();
      if (alone) cursor.endLine();
      const offset = cursor.at;
      list.push(alone ? this.#below(indent, false) : this.#item(indent));
      this.#record?.(list, list.length - 1, offset, offset);
    }
    if (cursor.indent > indent) throw BEYOND;
    return list;
  }

  /** A mapping or list that begins on the dash's own line stands at its column. */
  #item(indent: number): unknown {
    if (!this.#beginsBlock()) return this.#inline(indent);
    this.#cursor.indent = this.#cursor.column;
    return this.#node();
  }

  /** The value of a key or dash that stands alone on its line. A list may stand as deep as its key, not deeper. */
  #below(indent: number, mayBeListHere: boolean): unknown {
    if (this.#cursor.indent > indent) {
      if (!this.#beginsBlock()) throw BEYOND;
      return this.#node();
    }
    return mayBeListHere && this.#cursor.indent === indent && this.#atDash() ? this.#node() : null;
  }

  #inline(indent: number): unknown {
    if (this.#cursor.next === "|") return readLiteral(this.#cursor, indent);
    const value = this.#onOneLine();
    this.#cursor.endLine();
    if (this.#cursor.indent > indent) throw BEYOND;
    return value;
  }

  #onOneLine(): unknown {
    const { next } = this.#cursor;
    if (next === "{" || next === "[") return readFlow(this.#cursor, ON_ONE_LINE, this.#record);
    return next === '"' || next === "'" ? readQuoted(this.#cursor) : readPlain(this.#cursor);
  }

  #beginsBlock(): boolean {
    return this.#atDash() || this.#cursor.startsWith(KEY);
  }

  #atDash(): boolean {
    return this.#cursor.next === "-" && this.#cursor.startsWith(DASH);
  }
}
