import type { FieldPath } from "../../core/finding.ts";
import { isObject } from "../../core/json.ts";
import { recordPlaces } from "./document.ts";
import type { Limits } from "./limits.ts";
import { type Position, positionsIn } from "./text.ts";

/** A document of a file. Its text is not kept: a finding is rare, and the file still there. */
export interface SourceDocument {
  /** Relative to the folder, with `/`. */
  readonly file: string;
  /** Line of the document's first character, counting from 1. */
  readonly firstLine: number;
  /** Reads the text again; empty where the file is gone. */
  readonly text: () => string;
  readonly limits: Limits;
  /** Whether kustomize printed it: its lines are nobody's. */
  readonly built?: boolean;
}

/** Of one mapping or list: name, offset of the key and offset of the value of each member, one after another. */
type Members = (string | number)[];

/** n.b. the document is parsed again: to remember every place of every object would cost more than all the rest. */
export function locate(
  document: SourceDocument,
  path: FieldPath,
  at: "key" | "value",
  kept: KeptPlaces = FILES,
): Position {
  if (document.built === true) return { line: 1, column: 1 };
  const places = placesOf(document, kept);
  return places.position(offsetOf(places, path, at));
}

/**
 * Where the first line of a literal block's text stands: `text` is the value at `path`, and its column 1 stands at the
 * column that is returned. Undefined for any other scalar: its lines are not the file's.
 */
export function locateLiteral(document: SourceDocument, path: FieldPath, text: string): Position | undefined {
  if (document.built === true) return undefined;
  const places = placesOf(document, FILES);
  const offset = offsetOf(places, path, "value");
  LITERAL.lastIndex = offset;
  const match = LITERAL.exec(document.text());
  if (match === null || text.trim() === "") return undefined;
  const first = text.search(/\S/);
  const own = first - (text.lastIndexOf("\n", first) + 1);
  return { line: places.position(offset).line + 1, column: (match[1] ?? "").length - own + 1 };
}

/** The header of a literal block, empty lines, and what the first line with text is indented by. */
const LITERAL = /\|[-+1-9]{0,2}[ \t\r]*(?:#[^\n]*)?\n(?:[ \t\r]*\n)*( *)/y;

function offsetOf(places: Places, path: FieldPath, at: "key" | "value"): number {
  let value = places.root;
  let offset = places.offset;
  for (const step of path) {
    const members = isContainer(value) ? places.members.get(value) : undefined;
    const index = members === undefined ? -1 : indexOf(members, step);
    if (members === undefined || index === -1) break;
    value = (value as Record<string | number, unknown>)[step];
    offset = Number(members[at === "key" || isContainer(value) ? index + 1 : index + 2]);
  }
  return offset;
}

interface Places {
  document: SourceDocument;
  root: unknown;
  offset: number;
  members: Map<object, Members>;
  position: (offset: number) => Position;
}

/** The places of one document: findings come document by document. */
export class KeptPlaces {
  last: Places | undefined;
}

const FILES = new KeptPlaces();

function placesOf(document: SourceDocument, kept: KeptPlaces): Places {
  if (kept.last?.document === document) return kept.last;
  kept.last = undefined;
  const text = document.text();
  const members: Places["members"] = new Map();
  const { value, offset } = recordPlaces(
    text,
    document.limits,
    (container, member, keyOffset, valueOffset) => {
      const known = members.get(container);
      if (known === undefined) members.set(container, [member, keyOffset, valueOffset]);
      else known.push(member, keyOffset, valueOffset);
    },
  );
  kept.last = { document, root: value, offset, members, position: positionsIn(text, document.firstLine) };
  return kept.last;
}

function indexOf(members: Members, step: string | number): number {
  if (typeof step === "number") return step * 3 < members.length ? step * 3 : -1;
  // Of a key that stands there twice, the last one counts.
  for (let index = members.length - 3; index >= 0; index -= 3) if (members[index] === step) return index;
  return -1;
}

function isContainer(value: unknown): value is object {
  return isObject(value) || Array.isArray(value);
}
