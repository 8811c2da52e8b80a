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

/** Lines between two places that are remembered: a text of nothing but line feeds must not fill the memory. */
const STRIDE = 16;

/** From offsets in a text to lines and columns; `firstLine` is the number of the text's own first line. */
export function positionsIn(text: string, firstLine: number): (offset: number) => Position {
  let lines: Lines | undefined;
  return (offset) => {
    lines ??= linesOf(text);
    const block = lastAtMost(lines.starts, offset);
    let start = lines.starts[block]!;
    let line = block * STRIDE;
    const last = Math.min(line + STRIDE, lines.feeds);
    while (line < last) {
      const next = text.indexOf("\n", start) + 1;
      if (next > offset) break;
      start = next;
      line++;
    }
    return { line: firstLine + line, column: offset - start + 1 };
  };
}

interface Lines {
  /** Offsets of every STRIDE-th line. */
  starts: number[];
  /** Line feeds in all: to look for one more would run through the text. */
  feeds: number;
}

function linesOf(text: string): Lines {
  const starts = [0];
  let feeds = 0;
  for (let feed = text.indexOf("\n"); feed !== -1; feed = text.indexOf("\n", feed + 1)) {
    if (++feeds % STRIDE === 0) starts.push(feed + 1);
  }
  return { starts, feeds };
}

function lastAtMost(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (sorted[middle]! <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
