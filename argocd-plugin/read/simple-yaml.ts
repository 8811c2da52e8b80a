import { LIMITS } from "./limits.ts";
import type { Recorder } from "./parsed.ts";
import { isInexactInteger, keyText, RESERVED_KEYS, resolvePlain, type ScalarValue } from "./scalar.ts";

/** Not in the subset: the full parser decides whether it is YAML at all. */
const BEYOND = new Error("beyond the simple subset");

/** More members than a document may have; the full parser would only need more memory to find the same. */
export class TooMany extends Error {
  readonly offset: number;
  constructor(offset: number) {
    super("too many members");
    this.offset = offset;
  }
}

/** Controls, line breaks of YAML 1.1 alone and lone carriage returns: parsers disagree about them. */
// oxlint-disable-next-line no-control-regex -- they are what it looks for
const STRANGE = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)/;
const BLOCK_KEY =
  /(?:"([^"\\\r\n\t]*)"|'([^'\r\n\t]*)'|([A-Za-z0-9_.$/][A-Za-z0-9_.$/@()+-]*)) *:(?= |\r?\n|$)/y;
const DASH = /-(?= |\r?\n|$)/y;
const REST_OF_LINE = / *(?:(?<= )#[^\n]*)?\r?(?:\n|$)/y;
const LITERAL_HEADER = /\|(-?) *(?:(?<= )#[^\n]*)?\r?\n/y;
const DOUBLE_QUOTED = /"([^"\\\r\n]*)"/y;
const DOUBLE_QUOTED_ESCAPES = /"(?:[^"\\\r\n\t]|\\["\\nt])*"/y;
const SINGLE_QUOTED = /'((?:[^'\r\n]|'')*)'/y;
const BLOCK_PLAIN = /(?:[A-Za-z0-9_./$+~(^<=;\u00a0-\uffff]|-(?=[^ \t\r\n]))[^\t\r\n]*/y;
const JSON_STRING = /"(?:[^"\\\r\n\t]|\\(?:["\\/bfnrt]|u(?!d[89a-f])[0-9a-f]{4}))*"/iy;
const FLOW_PLAIN = /-{0,2}[A-Za-z0-9_./$+][A-Za-z0-9_./$+=@()-]*/y;
const FLOW_SPACES = / */y;
const JSON_SPACES = /[ \t\r\n]*/y;
const MARKER = /---(?= |\r?\n|$)/y;
const MAX_DEPTH = 60;
/** Members of mappings and lists, and lines of literal blocks. */
const MAX_MEMBERS = LIMITS.members;

/**
 * The YAML that nearly all Kubernetes files are written in (block mappings and lists of one-line scalars, literal
 * blocks, flow collections on one line, JSON), read ten times as fast as by the full parser. Whatever is wrong, unusual
 * or would give a finding is `undefined`: this reader never judges.
 */
export function readSimpleYaml(
  text: string,
  record?: Recorder,
): { value: unknown; offset: number } | "empty" | TooMany | undefined {
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
  readonly #text: string;
  readonly #record: Recorder | undefined;
  #at = 0;
  /** Column of the current line's content; -1 after the last line. */
  #indent = -1;
  #depth = 0;
  #members = 0;

  constructor(text: string, record: Recorder | undefined) {
    this.#text = text;
    this.#record = record;
  }

  read(): { value: unknown; offset: number } | "empty" {
    this.#nextLine();
    if (this.#indent === 0 && this.#take(MARKER) !== undefined) this.#endLine();
    if (this.#indent === -1) return "empty";
    const offset = this.#at;
    const first = this.#text[offset];
    const value = first === "{" || first === "[" ? this.#json() : this.#node();
    if (this.#indent !== -1) throw BEYOND;
    return { value, offset };
  }

  #json(): unknown {
    const value = this.#flow(JSON_SPACES);
    this.#endLine();
    return value;
  }

  #node(): unknown {
    if (++this.#depth > MAX_DEPTH) throw BEYOND;
    const value = this.#atDash() ? this.#list() : this.#mapping();
    this.#depth--;
    return value;
  }

  #mapping(): Record<string, unknown> {
    const indent = this.#indent;
    const mapping: Record<string, unknown> = {};
    while (this.#indent === indent) {
      const keyOffset = this.#at;
      const match = this.#take(BLOCK_KEY);
      if (match === undefined) throw BEYOND;
      const key = memberKey(match[1] ?? match[2] ?? resolved(match[3]!), mapping);
      const valueOffset = this.#skipSpaces();
      this.#count();
      mapping[key] = this.#member(indent);
      this.#record?.(mapping, key, keyOffset, valueOffset);
    }
    if (this.#indent > indent) throw BEYOND;
    return mapping;
  }

  #list(): unknown[] {
    const indent = this.#indent;
    const list: unknown[] = [];
    while (this.#indent === indent && this.#take(DASH) !== undefined) {
      this.#skipSpaces();
      this.#count();
      const alone = this.#lineEnds();
      if (alone) this.#endLine();
      const offset = this.#at;
      list.push(alone ? this.#below(indent, false) : this.#item(indent));
      this.#record?.(list, list.length - 1, offset, offset);
    }
    if (this.#indent > indent) throw BEYOND;
    return list;
  }

  #item(indent: number): unknown {
    if (!this.#atDash() && !this.#startsWith(BLOCK_KEY)) return this.#inline(indent);
    this.#indent = this.#at - (this.#text.lastIndexOf("\n", this.#at - 1) + 1);
    return this.#node();
  }

  #member(indent: number): unknown {
    if (!this.#lineEnds()) return this.#inline(indent);
    this.#endLine();
    return this.#below(indent, true);
  }

  /** The value of a key or dash that stands alone on its line. A list may stand as deep as its key, not deeper. */
  #below(indent: number, mayBeListHere: boolean): unknown {
    if (this.#indent > indent) return this.#atDash() || this.#startsWith(BLOCK_KEY) ? this.#node() : beyond();
    return mayBeListHere && this.#indent === indent && this.#atDash() ? this.#node() : null;
  }

  #inline(indent: number): unknown {
    const first = this.#text[this.#at];
    if (first === "|") return this.#literal(indent);
    const value =
      first === "{" || first === "["
        ? this.#flow(FLOW_SPACES)
        : first === '"' || first === "'"
          ? this.#quoted()
          : this.#plain();
    this.#endLine();
    if (this.#indent > indent) throw BEYOND;
    return value;
  }

  #quoted(): string {
    const double = this.#take(DOUBLE_QUOTED);
    if (double !== undefined) return double[1]!;
    const single = this.#take(SINGLE_QUOTED);
    if (single !== undefined) return single[1]!.replaceAll("''", "'");
    return parseString(this.#take(DOUBLE_QUOTED_ESCAPES));
  }

  #plain(): ScalarValue {
    const match = this.#take(BLOCK_PLAIN);
    if (match === undefined) throw BEYOND;
    const comment = match[0].indexOf(" #");
    const text = (comment === -1 ? match[0] : match[0].slice(0, comment)).trimEnd();
    if (text.includes(": ") || text.endsWith(":")) throw BEYOND;
    return resolved(text);
  }

  #literal(indent: number): string {
    const header = this.#take(LITERAL_HEADER);
    if (header === undefined) throw BEYOND;
    const lines: string[] = [];
    let contentIndent = -1;
    for (;;) {
      const feed = this.#text.indexOf("\n", this.#at);
      let line = this.#text.slice(this.#at, feed === -1 ? this.#text.length : feed);
      if (line.endsWith("\r")) line = line.slice(0, -1);
      const spaces = leadingSpaces(line);
      if (spaces < line.length) {
        if (contentIndent === -1) {
          if (spaces <= indent || line[spaces] === "\t" || lines.some((blank) => blank.length > 0))
            throw BEYOND;
          contentIndent = spaces;
        }
        if (spaces < contentIndent) break;
      }
      if (feed === -1) throw BEYOND;
      this.#count();
      lines.push(contentIndent === -1 ? line : line.slice(contentIndent));
      this.#at = feed + 1;
      if (this.#at >= this.#text.length) break;
    }
    this.#nextLine();
    if (this.#indent > indent) throw BEYOND;
    while (lines.at(-1) === "") lines.pop();
    if (contentIndent === -1) throw BEYOND;
    return lines.join("\n") + (header[1] === "-" ? "" : "\n");
  }

  #flow(spaces: RegExp): unknown {
    const first = this.#text[this.#at];
    if (first === "{") return this.#flowMapping(spaces);
    if (first === "[") return this.#flowList(spaces);
    if (first === '"') return parseString(this.#take(JSON_STRING));
    if (first === "'") return this.#quoted();
    const plain = this.#take(FLOW_PLAIN);
    if (plain === undefined) throw BEYOND;
    return resolved(plain[0]);
  }

  #flowMapping(spaces: RegExp): Record<string, unknown> {
    const mapping: Record<string, unknown> = {};
    this.#collect("}", spaces, () => {
      const keyOffset = this.#at;
      const quoted = this.#text[this.#at] === '"' || this.#text[this.#at] === "'";
      const key = memberKey(this.#flow(spaces), mapping);
      this.#take(spaces);
      if (this.#text[this.#at++] !== ":") throw BEYOND;
      const separation = this.#take(spaces);
      if (!quoted && separation?.[0] === "") throw BEYOND;
      const valueOffset = this.#at;
      mapping[key] = this.#flow(spaces);
      this.#record?.(mapping, key, keyOffset, valueOffset);
    });
    return mapping;
  }

  #flowList(spaces: RegExp): unknown[] {
    const list: unknown[] = [];
    this.#collect("]", spaces, () => {
      const offset = this.#at;
      list.push(this.#flow(spaces));
      this.#record?.(list, list.length - 1, offset, offset);
    });
    return list;
  }

  #collect(close: string, spaces: RegExp, member: () => void): void {
    if (++this.#depth > MAX_DEPTH) throw BEYOND;
    this.#at++;
    this.#take(spaces);
    for (let more = this.#text[this.#at] !== close; more;) {
      this.#count();
      member();
      this.#take(spaces);
      more = this.#text[this.#at] === ",";
      if (more) this.#at++;
      this.#take(spaces);
    }
    if (this.#text[this.#at++] !== close) throw BEYOND;
    this.#depth--;
  }

  #count(): void {
    if (++this.#members > MAX_MEMBERS) throw new TooMany(this.#at);
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }

  /** Whether nothing but spaces and a comment is left of the line; `#at` is not at a space. */
  #lineEnds(): boolean {
    const next = this.#text[this.#at];
    return (
      next === undefined ||
      next === "\n" ||
      ((next === "\r" || next === "#") && this.#startsWith(REST_OF_LINE))
    );
  }

  #atDash(): boolean {
    return this.#text[this.#at] === "-" && this.#startsWith(DASH);
  }

  #startsWith(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    return pattern.test(this.#text);
  }

  #skipSpaces(): number {
    while (this.#text[this.#at] === " ") this.#at++;
    return this.#at;
  }

  /** To the next line with content; nothing but a comment may be left of this one. */
  #endLine(): void {
    if (this.#take(REST_OF_LINE) === undefined) throw BEYOND;
    this.#nextLine();
  }

  #nextLine(): void {
    for (;;) {
      const lineStart = this.#at;
      const at = this.#skipSpaces();
      if (at >= this.#text.length) {
        this.#indent = -1;
        return;
      }
      if (this.#text[at] !== "#" && !this.#lineEnds()) {
        this.#indent = at - lineStart;
        return;
      }
      const feed = this.#text.indexOf("\n", at);
      this.#at = feed === -1 ? this.#text.length : feed + 1;
    }
  }
}

function beyond(): never {
  throw BEYOND;
}

function leadingSpaces(line: string): number {
  let count = 0;
  while (line[count] === " ") count++;
  return count;
}

function resolved(text: string): ScalarValue {
  const value = resolvePlain(text);
  if (typeof value === "number" && (!Number.isFinite(value) || isInexactInteger(text, value))) throw BEYOND;
  return value;
}

function memberKey(value: unknown, mapping: object): string {
  if (typeof value === "object") throw BEYOND;
  const key = keyText(value as ScalarValue);
  if (key === undefined || RESERVED_KEYS.has(key) || Object.hasOwn(mapping, key)) throw BEYOND;
  return key;
}

function parseString(match: RegExpExecArray | undefined): string {
  if (match === undefined) throw BEYOND;
  const text: unknown = JSON.parse(match[0]);
  return typeof text === "string" ? text : beyond();
}
