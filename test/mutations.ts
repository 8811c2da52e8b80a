import { isObject } from "../core/json.ts";

type Path = (string | number)[];

const REPLACEMENTS: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1,
  2.5,
  3_000_000_000,
  "",
  "text",
  "1",
  "5m",
  "A B",
  [],
  {},
  [null],
  [1],
  { a: 1 },
  { a: null },
];

/** A copy of `object` with one random change: a value replaced, a field removed, an unknown one added, an entry doubled. */
export function mutated<T>(object: T, random: () => number): T {
  const copy = structuredClone(object);
  const path = pick(pathsOf(copy), random);
  const parent = valueAt(copy, path.slice(0, -1));
  const key = path.at(-1);
  const kind = pick(["replace", "replace", "replace", "remove", "add", "double"], random);
  const value = valueAt(copy, path);
  if (kind === "add" && isObject(value)) value["notAField"] = pick(REPLACEMENTS, random);
  else if (kind === "double" && Array.isArray(value) && value.length > 0)
    value.push(structuredClone(value[0]));
  else if (kind === "remove" && isObject(parent) && typeof key === "string") delete parent[key];
  else if (isObject(parent) && typeof key === "string") parent[key] = pick(REPLACEMENTS, random);
  else if (Array.isArray(parent) && typeof key === "number") parent[key] = pick(REPLACEMENTS, random);
  return copy;
}

/** Small, and the same numbers for the same seed: https://github.com/bryc/code (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function pathsOf(value: unknown, path: Path = []): Path[] {
  const children: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item, index): [number, unknown] => [index, item])
    : isObject(value)
      ? Object.entries(value)
      : [];
  return children.flatMap(([key, child]) => [[...path, key], ...pathsOf(child, [...path, key])]);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => {
    if (Array.isArray(at)) return typeof key === "number" ? at[key] : undefined;
    return isObject(at) ? at[String(key)] : undefined;
  }, value);
}

function pick<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined && items.length === 0) throw new Error("nothing to pick from");
  return item as T;
}
