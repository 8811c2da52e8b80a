import { BEYOND, type Cursor } from "./cursor.ts";
import { isInexactInteger, keyText, RESERVED_KEY, resolvePlain, type ScalarValue } from "./scalar.ts";

const DOUBLE_QUOTED = /"([^"\\\r\n]*)"/y;
const DOUBLE_QUOTED_ESCAPES = /"(?:[^"\\\r\n\t]|\\["\\nt])*"/y;
const SINGLE_QUOTED = /'((?:[^'\r\n]|'')*)'/y;
const PLAIN = /(?:[A-Za-z0-9_./$+~(^<=;\u00a0-\uffff]|-(?=[^ \t\r\n]))[^\t\r\n]*/y;
const LITERAL_HEADER = /\|(-?) *(?:(?<= )#[^\n]*)?\r?\n/y;

/** A quoted scalar on one line, with the escapes that people write. */
export function readQuoted(cursor: Cursor): string {
  const double = cursor.take(DOUBLE_QUOTED);
  if (double !== undefined) return double[1]!;
  const single = cursor.take(SINGLE_QUOTED);
  if (single !== undefined) return single[1]!.replaceAll("''", "'");
  return parseString(cursor.take(DOUBLE_QUOTED_ESCAPES));
}

/** An unquoted scalar on the rest of the line. */
export function readPlain(cursor: Cursor): ScalarValue {
  const match = cursor.take(PLAIN);
  if (match === undefined) throw BEYOND;
  const comment = match[0].indexOf(" #");
  const text = withoutTrailingSpaces(comment === -1 ? match[0] : match[0].slice(0, comment));
  if (text.includes(": ") || text.endsWith(":")) throw BEYOND;
  return resolved(text);
}

/** A literal block (`|`, `|-`) below a key or dash at column `indent`, up to the next line with content. */
export function readLiteral(cursor: Cursor, indent: number): string {
  const header = cursor.take(LITERAL_HEADER);
  if (header === undefined) throw BEYOND;
  const lines = blockLines(cursor, indent);
  cursor.nextLine();
  if (cursor.indent > indent) throw BEYOND;
  while (lines.at(-1) === "") lines.pop();
  return lines.join("\n") + (header[1] === "-" ? "" : "\n");
}

function blockLines(cursor: Cursor, indent: number): string[] {
  const lines: string[] = [];
  let contentIndent = -1;
  while (cursor.at < cursor.text.length) {
    const feed = cursor.text.indexOf("\n", cursor.at);
    let line = cursor.text.slice(cursor.at, feed === -1 ? cursor.text.length : feed);
    if (line.endsWith("\r")) line = line.slice(0, -1);
    const spaces = leadingSpaces(line);
    if (spaces < line.length) {
      if (contentIndent === -1) {
        if (spaces <= indent || line[spaces] === "\t" || lines.some((blank) => blank !== "")) throw BEYOND;
        contentIndent = spaces;
      }
      if (spaces < contentIndent) break;
    }
    if (feed === -1) throw BEYOND;
    cursor.count();
    lines.push(contentIndent === -1 ? line : line.slice(contentIndent));
    cursor.at = feed + 1;
  }
  if (contentIndent === -1) throw BEYOND;
  return lines;
}

/** n.b. a no-break space is content: String.trimEnd would take it away. */
function withoutTrailingSpaces(text: string): string {
  let end = text.length;
  while (text[end - 1] === " ") end--;
  return text.slice(0, end);
}

function leadingSpaces(line: string): number {
  let count = 0;
  while (line[count] === " ") count++;
  return count;
}

/** What an unquoted text means, unless there is something to say about it. */
export function resolved(text: string): ScalarValue {
  const value = resolvePlain(text);
  if (typeof value === "number" && (!Number.isFinite(value) || isInexactInteger(text, value))) throw BEYOND;
  return value;
}

/** A value as the key of a member that `mapping` does not have yet. */
export function memberKey(value: unknown, mapping: object): string {
  if (typeof value === "object") throw BEYOND;
  const key = keyText(value as ScalarValue);
  if (key === undefined || key === RESERVED_KEY || Object.hasOwn(mapping, key)) throw BEYOND;
  return key;
}

/** A text in double quotes whose escapes mean the same in YAML as in JSON. */
export function parseString(match: RegExpExecArray | undefined): string {
  const text: unknown = match === undefined ? undefined : JSON.parse(match[0]);
  if (typeof text !== "string") throw BEYOND;
  return text;
}
