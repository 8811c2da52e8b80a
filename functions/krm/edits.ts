import { isDeepStrictEqual } from "node:util";
import { Document, isMap, isScalar, isSeq, stringify, type Node, type Scalar, type YAMLSeq } from "yaml";
import { isObject } from "../../core/json.ts";

/** What stands from `from` to `to` in a text, and what is to stand there. */
export interface Edit {
  from: number;
  to: number;
  text: string;
}

/** n.b. yaml writes an object that stands twice as anchor and alias. */
export const WRITTEN = { lineWidth: 0, indentSeq: false, aliasDuplicateObjects: false } as const;

export function applyEdits(text: string, edits: readonly Edit[]): string {
  const sorted = edits.toSorted((a, b) => a.from - b.from);
  const starts = sorted.map(({ to }) => to);
  return [
    ...sorted.map(({ from, text: written }, index) => text.slice(starts[index - 1] ?? 0, from) + written),
    text.slice(starts.at(-1) ?? 0),
  ].join("");
}

/**
 * How a node's own text becomes that of another value. A new scalar keeps quotes and what stands around it.
 *
 * @returns undefined where more than scalars differ.
 */
export function scalarEdits(node: unknown, before: unknown, after: unknown): Edit[] | undefined {
  if (isDeepStrictEqual(before, after)) return [];
  if (isMap(node) && isObject(before) && isObject(after)) {
    const keys = Object.keys(after);
    if (!isDeepStrictEqual(new Set(keys), new Set(Object.keys(before)))) return undefined;
    return joined(keys.map((key) => scalarEdits(node.get(key, true), before[key], after[key])));
  }
  if (isSeq(node) && Array.isArray(before) && Array.isArray(after)) {
    if (before.length !== after.length) return undefined;
    return joined(after.map((value, index) => scalarEdits(node.items[index], before[index], value)));
  }
  if (!isScalar(node) || typeof after !== "string" || node.range == null) return undefined;
  if (node.anchor !== undefined || node.tag !== undefined || node.type?.startsWith("BLOCK") === true)
    return undefined;
  return [{ from: node.range[0], to: node.range[1], text: scalarText(node, after) }];
}

function joined(parts: readonly (Edit[] | undefined)[]): Edit[] | undefined {
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

/** n.b. A plain scalar ends at other characters inside of braces. */
function scalarText({ type }: Scalar, value: string): string {
  const isQuoted = type === "QUOTE_DOUBLE" || type === "QUOTE_SINGLE";
  if (!isQuoted && !/^[\w./:@-]+$/.test(value)) return JSON.stringify(value);
  const document = new Document(value);
  if (isQuoted && isScalar(document.contents)) document.contents.type = type;
  return document.toString({ lineWidth: 0 }).trimEnd();
}

/** More items at the end of a sequence that is written in lines. @returns undefined for any other. */
export function appendEdit(text: string, sequence: YAMLSeq, items: readonly unknown[]): Edit[] | undefined {
  if (items.length === 0) return [];
  const last = sequence.items.at(-1) as Node | undefined;
  const token = sequence.srcToken;
  if (last?.range == null || token?.type !== "block-seq") return undefined;
  const indent = " ".repeat(token.indent);
  const lines = stringify(items, WRITTEN).replaceAll(/^(?=.)/gm, indent);
  const at = nextLine(text, last.range[1]);
  return [{ from: at, to: at, text: `${text[at - 1] === "\n" ? "" : "\n"}${lines}` }];
}

/** Where the line ends in which a node does. */
function nextLine(text: string, end: number): number {
  if (text[end - 1] === "\n") return end;
  const newline = text.indexOf("\n", end);
  return newline === -1 ? text.length : newline + 1;
}
