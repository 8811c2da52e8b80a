import { isUtf8 } from "node:buffer";

export interface Position {
  /** Counting from 1. */
  line: number;
  column: number;
}

const BYTE_ORDER_MARK = "\uFEFF";
const LINE_FEED = 0x0a;

/** The file's text without byte order mark, or the place of the first byte that is no UTF-8. */
export function decodeUtf8(bytes: Buffer): { text: string } | { invalid: Position; byte: number } {
  if (!isUtf8(bytes)) return firstInvalidByte(bytes);
  const text = bytes.toString("utf8");
  return { text: text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text };
}

function firstInvalidByte(bytes: Buffer): { invalid: Position; byte: number } {
  for (let line = 1, start = 0; start < bytes.length; line++) {
    const feed = bytes.indexOf(LINE_FEED, start);
    const end = feed === -1 ? bytes.length : feed + 1;
    const lineBytes = bytes.subarray(start, end);
    if (!isUtf8(lineBytes)) {
      const offset = validPrefixLength(lineBytes);
      const column = lineBytes.toString("utf8", 0, offset).length + 1;
      return { invalid: { line, column }, byte: lineBytes[offset] ?? 0 };
    }
    start = end;
  }
  return { invalid: { line: 1, column: 1 }, byte: bytes[0] ?? 0 };
}

/** Length of the longest prefix that is UTF-8: characters are 1 to 4 bytes long. */
function validPrefixLength(bytes: Buffer): number {
  let offset = 0;
  for (let length = 1; offset < bytes.length; offset += length) {
    length = 1;
    while (length <= 4 && !isUtf8(bytes.subarray(offset, offset + length))) length++;
    if (length > 4) return offset;
  }
  return offset;
}

/** From offsets in a text to lines and columns; `firstLine` is the number of the text's own first line. */
export function positionsIn(text: string, firstLine: number): (offset: number) => Position {
  let lineStarts: number[] | undefined;
  return (offset) => {
    lineStarts ??= startsOfLines(text);
    let low = 0;
    let high = lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: firstLine + low, column: offset - lineStarts[low]! + 1 };
  };
}

function startsOfLines(text: string): number[] {
  const starts = [0];
  for (let feed = text.indexOf("\n"); feed !== -1; feed = text.indexOf("\n", feed + 1)) starts.push(feed + 1);
  return starts;
}
