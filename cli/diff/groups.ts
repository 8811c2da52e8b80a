import type { ActorChange } from "./compare.ts";
import { levelOf, LEVELS, type Risk } from "./risks.ts";

/** Changes that are the same but for the actor's name, told once. */
export interface ChangeGroup {
  /** The first one speaks for all. */
  first: ActorChange;
  ids: readonly string[];
}

export interface RiskGroup {
  first: Risk;
  /** Empty for a mark on everything. */
  ids: readonly string[];
}

/** In the order of their first members. */
export function groupChanges(changes: readonly ActorChange[]): ChangeGroup[] {
  return grouped(changes, ({ id, name, status, byOthers, words, patches }) =>
    [
      status,
      byOthers,
      // n.b. What could not be rendered has nothing else to tell it from others.
      status === "refused" || status === "unreadable" ? id : "",
      ...words.map(({ part, text }) => `${part} ${withoutName(text, name)}`),
      ...patches.flatMap((patch) => changedLines(patch).map((line) => lineWithoutName(line, name))),
    ].join("\n"),
  ).map((members) => ({ first: members[0], ids: members.map(({ id }) => id) }));
}

/** The worst first, then by code. */
export function groupRisks(risks: readonly Risk[]): RiskGroup[] {
  const groups = grouped(risks, ({ code, actor, message, fix }) => {
    const name = nameOf(actor);
    return [code, actor === undefined, withoutName(message, name), withoutName(fix, name)].join("\n");
  });
  return groups
    .map((members) => ({ first: members[0], ids: members.flatMap(({ actor }) => actor ?? []) }))
    .toSorted(
      (a, b) =>
        LEVELS.indexOf(levelOf(a.first.code)) - LEVELS.indexOf(levelOf(b.first.code)) ||
        (a.first.code < b.first.code ? -1 : a.first.code > b.first.code ? 1 : 0),
    );
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): [T, ...T[]][] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

function nameOf(actor: string | undefined): string {
  return actor?.split("/")[1] ?? "";
}

const PLACEHOLDER = "{actor}";

/** What may follow a name in the names of an actor's objects. */
const NAME_ENDS = "(?=$|[^a-zA-Z0-9-]|-dlq|-trigger-auth|-user-credentials)";

/**
 * A sentence with the names of the actor's objects as `{actor}`. n.b. An actor may be called like any word, `a` say: in a
 * sentence it is a name only behind a kind, a namespace or our prefix.
 */
export function withoutName(text: string, name: string): string {
  return replaceName(text, name, "(asya-|/|(?:^|[^a-zA-Z0-9-])[A-Z][A-Za-z]+ )");
}

/** A line of YAML with the actor's name as `{actor}`. n.b. A name is a DNS label: nothing in it is special in a pattern. */
function lineWithoutName(line: string, name: string): string {
  return replaceName(line, name, "(^|[^a-zA-Z0-9-]|asya-)");
}

function replaceName(text: string, name: string, before: string): string {
  return name === ""
    ? text
    : text.replaceAll(new RegExp(`${before}${name}${NAME_ENDS}`, "g"), `$1${PLACEHOLDER}`);
}

/** Added and removed lines, without the names of files. */
function changedLines(patch: string): string[] {
  return patch.split("\n").filter((line) => /^[+-]/.test(line) && !/^(\+\+\+|---) /.test(line));
}
