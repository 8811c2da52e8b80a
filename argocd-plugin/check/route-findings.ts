import { type Finding, finding, quoteValue } from "../../core/finding.ts";
import { END_ACTORS, isEndActor } from "../../core/names.ts";
import { didYouMean } from "../../core/suggest.ts";
import type { World } from "../../functions/asyncactor/compose/plan.ts";
import type { Findings } from "./findings.ts";
import { type Actor, placedAt } from "./placed.ts";
import { addReachFindings } from "./reach-findings.ts";
import { type RouteActor, routeActors } from "./route-actors.ts";
import type { DeclaredRoute } from "./routes.ts";

/** Suggestions that are looked for, and names to choose each from: every pair takes time. */
const MAX_SUGGESTIONS = 20;
const MAX_CANDIDATES = 1_000;

/** Where declared routes and actors do not fit together, as far as a folder shows it. */
export function addRouteFindings(
  routes: readonly DeclaredRoute[],
  actors: readonly Actor[],
  world: World,
  findings: Findings,
): void {
  if (actors.length === 0) return;
  const byNamespace = routeActors(actors, world);
  for (const known of byNamespace.values()) addTransportFindings(known, findings);
  const suggest = suggestions();
  for (const route of routes) {
    const known = byNamespace.get(route.namespace ?? "");
    for (const step of route.actors.keys()) {
      const found = stepFinding(route, step, known, suggest);
      if (found !== undefined)
        findings.add([{ ...found, path: [...route.path, step] }], (one) => route.file.placed(one, "value"));
    }
  }
  for (const [namespace, known] of byNamespace) {
    const own = routes.filter((route) => (route.namespace ?? "") === namespace);
    if (own.length > 0) addReachFindings(own, known, findings);
  }
}

type Known = ReadonlyMap<string, RouteActor>;

/** What is wrong with one step of a route, and with the way to the next. */
function stepFinding(
  { name: route, actors }: DeclaredRoute,
  step: number,
  known: Known | undefined,
  suggest: (name: string, known: Known) => string,
): Finding | undefined {
  const name = actors[step] ?? "";
  if (isEndActor(name)) {
    const message = `no route names an end actor (got ${quoteValue(name)}): each result that has no next actor goes there`;
    return finding("E012", [], message, "remove it");
  }
  // Where the folder has none of the namespace's actors, it does not show which there are.
  if (known === undefined) return undefined;
  const actor = known.get(name);
  if (actor === undefined)
    return finding("W012", [], `the folder has no actor ${quoteValue(name)}`, suggest(name, known));
  const before = known.get(actors[step - 1] ?? "");
  if (before === undefined || before === actor) return undefined;
  if (before.sendTo !== undefined && !before.sendTo.has(name)) return outsideAccess(route, before, name);
  return otherTransport(before, actor);
}

function outsideAccess(route: string, before: RouteActor, name: string): Finding {
  const names = [...before.sendTo!].slice(0, 10).join(", ");
  const where = before.ownSendTo ? before.actor.source.file : "by its flavors or the platform's defaults";
  const message = `${before.name} (${where}) may send to ${names === "" ? "end actors only" : names}, and route ${quoteValue(route)} sends it on to ${name}`;
  return finding(
    "E052",
    [],
    message,
    `add ${name} to spec.access.sendTo of ${before.name}, or take another route`,
  );
}

function otherTransport(before: RouteActor, { name, transport }: RouteActor): Finding | undefined {
  if (before.transport === undefined || transport === undefined || before.transport === transport)
    return undefined;
  const message = `${name} is on transport ${transport}, and ${before.name} sends to it on ${before.transport}`;
  return finding("E053", [], message, "put both on one transport");
}

/** Successors by access, and end actors: both hold whether a route is declared or not. */
function addTransportFindings(known: Known, findings: Findings): void {
  const ends = END_ACTORS.map((name) => known.get(name)).filter((end) => end !== undefined);
  for (const actor of known.values()) {
    const place = placedAt(actor.actor.source);
    for (const end of ends) {
      const found = isEndActor(actor.name) ? undefined : otherTransport(actor, end);
      if (found !== undefined) findings.add([{ ...found, path: ["spec", "transport"] }], place);
    }
    for (const name of actor.ownSendTo ? (actor.sendTo ?? []) : []) {
      const next = known.get(name);
      const found = next === undefined ? undefined : otherTransport(actor, next);
      if (found !== undefined) findings.add([{ ...found, path: ["spec", "access", "sendTo"] }], place);
    }
  }
}

function suggestions(): (name: string, known: Known) => string {
  let left = MAX_SUGGESTIONS;
  const fallback =
    "add it, or correct the route; if it lies in another folder, asya validate over the repository knows";
  return (name, known) =>
    left-- > 0 ? didYouMean(name, [...known.keys()].slice(0, MAX_CANDIDATES), fallback) : fallback;
}
