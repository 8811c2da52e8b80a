/** One document of a file, from its first character on; comments before it belong to it. */
export interface Chunk {
  text: string;
  /** Of its first character in the file's text. */
  start: number;
  /** Line of the chunk's first character, counting from 1. */
  firstLine: number;
}

/** The documents of a file: JSON texts one after another, or YAML between its markers. */
export function* splitDocuments(text: string): Generator<Chunk> {
  const bounds = /^\s*\{/.test(text) ? jsonBounds(text) : undefined;
  let line = 1;
  let counted = 0;
  for (const [start, end] of bounds ?? yamlBounds(text)) {
    line += lineFeeds(text, counted, start);
    counted = start;
    yield { text: text.slice(start, end), start, firstLine: line };
  }
}

/**
 * n.b. `---` or `...` at the start of a line ends a document wherever it stands, also inside quotes and block scalars
 * (YAML 1.2.2, 9.1.2: c-forbidden), so that documents can be told apart without parsing them.
 */
function* yamlBounds(text: string): Generator<readonly [number, number]> {
  const marker = /(?:^|\n)(---|\.\.\.)(?=[ \t\r\n]|$)/g;
  let start = 0;
  let open = false;
  for (let match = marker.exec(text); match !== null; match = marker.exec(text)) {
    const at = match.index + match[0].length - 3;
    if (match[1] === "...") {
      yield [start, at];
      [start, open] = [at + 3, false];
      continue;
    }
    if (open || hasContent(text, start, at)) {
      yield [start, at];
      start = at;
    }
    open = true;
  }
  if (start < text.length) yield [start, text.length];
}

/** Whether there is more than comments, blank lines and directives, which belong to the document that follows. */
function hasContent(text: string, start: number, end: number): boolean {
  const emptyLine = /[ \t]*(?:#[^\n]*)?\r?\n|%[^\n]*\n/y;
  for (emptyLine.lastIndex = start; emptyLine.lastIndex < end;) {
    if (!emptyLine.test(text)) return true;
  }
  return false;
}

/** JSON texts one after another, as kubectl reads and this plugin prints them; undefined where it is other YAML. */
function jsonBounds(text: string): (readonly [number, number])[] | undefined {
  const bounds: (readonly [number, number])[] = [];
  const token = /[[{\]}'"#&*!|>%@`]|\n(?:---|\.\.\.)/g;
  let depth = 0;
  let start = 0;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [word] = match;
    if (word === '"') token.lastIndex = afterString(text, match.index);
    else if (word === "{" || word === "[") depth++;
    else if (word !== "}" && word !== "]") return undefined;
    else if (--depth < 0) return undefined;
    else if (depth === 0) {
      bounds.push([start, token.lastIndex]);
      start = token.lastIndex;
    }
  }
  if (/\S/.test(text.slice(start))) bounds.push([start, text.length]);
  return bounds;
}

function afterString(text: string, start: number): number {
  let close = text.indexOf('"', start + 1);
  while (close !== -1 && backslashesBefore(text, close) % 2 === 1) close = text.indexOf('"', close + 1);
  return close === -1 ? text.length : close + 1;
}

function backslashesBefore(text: string, end: number): number {
  let count = 0;
  while (text[end - 1 - count] === "\\") count++;
  return count;
}

function lineFeeds(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at !== -1 && at < to; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
