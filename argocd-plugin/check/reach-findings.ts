import { type Finding, finding } from "../../core/finding.ts";
import { isEndActor } from "../../core/names.ts";
import type { Findings } from "./findings.ts";
import { placedAt } from "./placed.ts";
import type { RouteActor } from "./route-actors.ts";
import type { DeclaredRoute } from "./routes.ts";

/** Actors of a circle that are named. */
const MAX_NAMES = 6;

/**
 * Actors of a namespace that no message reaches, and those that no message leaves: by its declared routes, and by
 * `spec.access.sendTo` (an envelope's handler may put any of them into the route).
 */
export function addReachFindings(
  routes: readonly DeclaredRoute[],
  known: ReadonlyMap<string, RouteActor>,
  findings: Findings,
): void {
  const next = successors(routes, known);
  const reached = closure(
    routes.flatMap(({ actors }) => actors),
    next,
  );
  const left = closure(exits(routes, known, reached), reversed(next));
  for (const [name, { actor }] of known) {
    if (isEndActor(name)) continue;
    const found = !reached.has(name) ? unreached() : left.has(name) ? undefined : circle(name, next);
    if (found !== undefined) findings.add([found], placedAt(actor.source));
  }
}

type Edges = ReadonlyMap<string, ReadonlySet<string>>;

function successors(routes: readonly DeclaredRoute[], known: ReadonlyMap<string, RouteActor>): Edges {
  const next = new Map<string, Set<string>>();
  for (const [name, { sendTo }] of known) next.set(name, new Set(sendTo));
  for (const { actors } of routes) {
    for (const [step, name] of actors.slice(0, -1).entries()) {
      const to = actors[step + 1];
      if (to !== undefined) next.get(name)?.add(to);
    }
  }
  return next;
}

/** Where a message may come to its end: where a route ends, and wherever more than the folder shows may follow. */
function exits(
  routes: readonly DeclaredRoute[],
  known: ReadonlyMap<string, RouteActor>,
  reached: ReadonlySet<string>,
): string[] {
  const ends = routes.flatMap(({ actors }) => actors.slice(-1));
  const open = [...reached].filter((name) => {
    const sendTo = known.get(name)?.sendTo;
    return sendTo === undefined || sendTo.size === 0;
  });
  return [...ends, ...open];
}

/** All that is reached from `start`, itself too. */
function closure(start: Iterable<string>, edges: Edges): Set<string> {
  const reached = new Set(start);
  // A set's members are visited in the order in which they came, those among them that come meanwhile.
  for (const name of reached) for (const to of edges.get(name) ?? []) reached.add(to);
  return reached;
}

function reversed(edges: Edges): Edges {
  const back = new Map<string, Set<string>>();
  for (const [from, targets] of edges) {
    for (const to of targets) {
      const known = back.get(to);
      if (known === undefined) back.set(to, new Set([from]));
      else known.add(from);
    }
  }
  return back;
}

function unreached(): Finding {
  const message = "no route that the folder declares leads to this actor";
  return finding(
    "I002",
    ["metadata", "name"],
    message,
    "declare its route, unless clients write to its queue",
  );
}

function circle(start: string, next: Edges): Finding {
  const way = new Set<string>();
  let name: string | undefined = start;
  for (; name !== undefined && !way.has(name) && way.size < MAX_NAMES; [name] = next.get(name) ?? [])
    way.add(name);
  const names = [...way, name === undefined ? "" : way.has(name) ? name : "..."].filter(Boolean).join(" -> ");
  const message = `what is sent on from here goes round without end: ${names}`;
  return finding(
    "W013",
    ["spec", "access", "sendTo"],
    message,
    "end a route in one of them, or let one send elsewhere",
  );
}
