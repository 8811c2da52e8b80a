import type { FieldPath } from "../../core/finding.ts";
import { isObject } from "../../core/json.ts";
import { recordPlaces } from "./document.ts";
import type { Limits } from "./limits.ts";
import type { Chunk } from "./split.ts";
import { type Position, positionsIn } from "./text.ts";

/** An object as it was read. Nobody changes `object`: documents with aliases share parts of it. */
export interface SourceObject {
  readonly object: Readonly<Record<string, unknown>>;
  /** Relative to the folder, with `/`. */
  readonly file: string;
  /** Where the object begins, counting from 1. */
  readonly line: number;
  /**
   * Where a field stands: a scalar's value, anything else's key (with `at: "key"` always the key), and for a field that
   * is not there its nearest ancestor.
   */
  locate(path: FieldPath, at?: "key" | "value"): Position;
}

/** Of one mapping or list: name, offset of the key and offset of the value of each member, one after another. */
type Members = (string | number)[];

/** A document's text and where in it an object is: `base` leads into the items of a list. */
export interface Source {
  file: string;
  chunk: Chunk;
  base: FieldPath;
  limits: Limits;
}

export function sourceObject(object: Record<string, unknown>, source: Source): SourceObject {
  return {
    object,
    file: source.file,
    get line() {
      return locate(source, [], "value").line;
    },
    locate: (path, at) => locate(source, path, at ?? "value"),
  };
}

/** n.b. the document is parsed again: to remember every place of every object would cost more than all the rest. */
export function locate({ chunk, base, limits }: Source, path: FieldPath, at: "key" | "value"): Position {
  const places = lastPlaces?.chunk === chunk ? lastPlaces : (lastPlaces = placesOf(chunk, limits));
  let value = places.root;
  let offset = places.offset;
  for (const step of [...base, ...path]) {
    const members = isContainer(value) ? places.members.get(value) : undefined;
    const index = members === undefined ? -1 : indexOf(members, step);
    if (members === undefined || index === -1) break;
    value = (value as Record<string | number, unknown>)[step];
    offset = Number(members[at === "key" || isContainer(value) ? index + 1 : index + 2]);
  }
  return places.position(offset);
}

interface Places {
  chunk: Chunk;
  root: unknown;
  offset: number;
  members: Map<object, Members>;
  position: (offset: number) => Position;
}

/** Findings come document by document. */
let lastPlaces: Places | undefined;

function placesOf(chunk: Chunk, limits: Limits): Places {
  const members: Places["members"] = new Map();
  const { value, offset } = recordPlaces(chunk.text, limits, (container, member, keyOffset, valueOffset) => {
    const known = members.get(container);
    if (known === undefined) members.set(container, [member, keyOffset, valueOffset]);
    else known.push(member, keyOffset, valueOffset);
  });
  return { chunk, root: value, offset, members, position: positionsIn(chunk.text, chunk.firstLine) };
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
