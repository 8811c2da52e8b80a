/** Finds parts of UTF-8 JSON without parsing them. What lies inside a part is not checked. */

/** Not JSON as far as it was read; `position` is a byte's, from 0. */
export class JsonBytesError extends Error {
  override readonly name = "JsonBytesError";
  readonly position: number;

  constructor(expected: string, position: number) {
    super(`${expected} expected at byte ${position}`);
    this.position = position;
  }
}

/** Bytes `start` to `end`, `end` not included. */
export interface Range {
  start: number;
  end: number;
}

/** One member of an object: its key, decoded, and where its value lies. */
export interface Member extends Range {
  key: string;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** The members of the object that `bytes` is, as a whole. @throws {JsonBytesError} */
export function scanObject(bytes: Uint8Array, within: Range = whole(bytes)): Member[] {
  const members: Member[] = [];
  scanList(bytes, within, "{", OPEN_OBJECT, CLOSE_OBJECT, (at) => {
    if (bytes[at] !== QUOTE) throw new JsonBytesError("a key in quotes", at);
    const keyEnd = stringEnd(bytes, at);
    const colon = afterSpace(bytes, keyEnd);
    if (bytes[colon] !== COLON) throw new JsonBytesError('":"', colon);
    const start = afterSpace(bytes, colon + 1);
    const end = valueEnd(bytes, start);
    members.push({ key: decodeKey(bytes, at, keyEnd), start, end });
    return end;
  });
  return members;
}

/** The elements of the array that `bytes` is, as a whole. @throws {JsonBytesError} */
export function scanArray(bytes: Uint8Array, within: Range = whole(bytes)): Range[] {
  const elements: Range[] = [];
  scanList(bytes, within, "[", OPEN_ARRAY, CLOSE_ARRAY, (start) => {
    const end = valueEnd(bytes, start);
    elements.push({ start, end });
    return end;
  });
  return elements;
}

function scanList(
  bytes: Uint8Array,
  within: Range,
  name: string,
  open: number,
  close: number,
  entry: (at: number) => number,
): void {
  const start = afterSpace(bytes, within.start);
  if (bytes[start] !== open) throw new JsonBytesError(`"${name}"`, start);
  let at = afterSpace(bytes, start + 1);
  if (bytes[at] === close) at++;
  else {
    for (;;) {
      at = afterSpace(bytes, entry(at));
      const next = bytes[at++];
      if (next === close) break;
      if (next !== COMMA) throw new JsonBytesError(`"," or the end of "${name}"`, at - 1);
      at = afterSpace(bytes, at);
    }
  }
  const rest = afterSpace(bytes, at);
  if (rest < within.end) throw new JsonBytesError("the end", rest);
  if (at > within.end) throw new JsonBytesError(`the end of "${name}"`, within.end);
}

/** Where the value that begins at `start` ends. */
function valueEnd(bytes: Uint8Array, start: number): number {
  const first = bytes[start];
  if (first === QUOTE) return stringEnd(bytes, start);
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) return nestedEnd(bytes, start);
  let at = start;
  while (isScalarByte(bytes[at])) at++;
  if (at === start) throw new JsonBytesError("a value", start);
  return at;
}

function nestedEnd(bytes: Uint8Array, start: number): number {
  let depth = 0;
  for (let at = start; at < bytes.length;) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      at = stringEnd(bytes, at);
      continue;
    }
    at++;
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
    else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --depth === 0) return at;
  }
  throw new JsonBytesError("a closing bracket", bytes.length);
}

/** @param start - of the opening quote. @returns the position behind the closing one. */
function stringEnd(bytes: Uint8Array, start: number): number {
  for (let at = start + 1; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === BACKSLASH) at++;
    else if (byte === QUOTE) return at + 1;
  }
  throw new JsonBytesError("a closing quote", bytes.length);
}

/** Letters, digits, signs: what numbers, true, false and null are made of. */
function isScalarByte(byte: number | undefined): boolean {
  if (byte === undefined || byte <= 0x20) return false;
  return byte !== COMMA && byte !== CLOSE_OBJECT && byte !== CLOSE_ARRAY && byte !== QUOTE && byte !== COLON;
}

function afterSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  for (; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
  }
  return at;
}

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

function decodeKey(bytes: Uint8Array, start: number, end: number): string {
  const text = UTF8.decode(bytes.subarray(start, end));
  if (!text.includes("\\")) return text.slice(1, -1);
  try {
    return JSON.parse(text) as string;
  } catch {
    throw new JsonBytesError("a key", start);
  }
}

function whole(bytes: Uint8Array): Range {
  return { start: 0, end: bytes.length };
}
