import { BEYOND, type Cursor } from "./cursor.ts";
import type { Recorder } from "./parsed.ts";
import { memberKey, parseString, readQuoted, resolved } from "./simple-scalar.ts";

const JSON_STRING = /"(?:[^"\\\r\n\t]|\\(?:["\\/bfnrt]|u(?!d[89a-f])[0-9a-f]{4}))*"/iy;
const PLAIN = /-{0,2}[A-Za-z0-9_./$+][A-Za-z0-9_./$+=@()-]*/y;

/** What may stand between the tokens of a flow collection: on one line among others, or in a document that is all JSON. */
export const ON_ONE_LINE = / */y;
export const ON_MANY_LINES = /[ \t\r\n]*/y;

/** `{a: [b, "c"]}`: JSON, or YAML's flow collections as far as they look like it. */
export function readFlow(cursor: Cursor, spaces: RegExp, record: Recorder | undefined): unknown {
  const { next } = cursor;
  if (next === "{") return readMapping(cursor, spaces, record);
  if (next === "[") return readList(cursor, spaces, record);
  if (next === '"') return parseString(cursor.take(JSON_STRING));
  if (next === "'") return readQuoted(cursor);
  const plain = cursor.take(PLAIN);
  if (plain === undefined) throw BEYOND;
  return resolved(plain[0]);
}

function readMapping(cursor: Cursor, spaces: RegExp, record: Recorder | undefined): Record<string, unknown> {
  const mapping: Record<string, unknown> = {};
  collect(cursor, "}", spaces, () => {
    const keyOffset = cursor.at;
    const quoted = cursor.next === '"' || cursor.next === "'";
    const key = memberKey(readFlow(cursor, spaces, record), mapping);
    cursor.take(spaces);
    if (cursor.text[cursor.at++] !== ":") throw BEYOND;
    const separation = cursor.take(spaces);
    if (!quoted && separation?.[0] === "") throw BEYOND;
    const valueOffset = cursor.at;
    mapping[key] = readFlow(cursor, spaces, record);
    record?.(mapping, key, keyOffset, valueOffset);
  });
  return mapping;
}

function readList(cursor: Cursor, spaces: RegExp, record: Recorder | undefined): unknown[] {
  const list: unknown[] = [];
  collect(cursor, "]", spaces, () => {
    const offset = cursor.at;
    list.push(readFlow(cursor, spaces, record));
    record?.(list, list.length - 1, offset, offset);
  });
  return list;
}

/** Members between brackets and commas; none may be empty, and no comma may follow the last. */
function collect(cursor: Cursor, close: string, spaces: RegExp, member: () => void): void {
  cursor.enter();
  cursor.at++;
  cursor.take(spaces);
  for (let more = cursor.next !== close; more;) {
    cursor.count();
    member();
    cursor.take(spaces);
    more = cursor.next === ",";
    if (more) cursor.at++;
    cursor.take(spaces);
  }
  if (cursor.text[cursor.at++] !== close) throw BEYOND;
  cursor.leave();
}
