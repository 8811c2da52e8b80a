import { isObject } from "../../core/json.ts";
import { isEndActor } from "../../core/names.ts";
import { planActor, type World } from "../../functions/asyncactor/compose/plan.ts";
import { type Actor, readActor } from "./placed.ts";

/** What routes ask of an actor. */
export interface RouteActor {
  readonly actor: Actor;
  readonly name: string;
  /** Undefined where the actor does not say it well; its own findings do. */
  readonly transport: string | undefined;
  /** Whom it may send to, beside itself and the end actors; undefined = any actor. */
  readonly sendTo: ReadonlySet<string> | undefined;
  /** Whether its own words say so, not a flavor or the platform. */
  readonly ownSendTo: boolean;
}

/** By namespace ("" where nothing names it), by name. */
export type ActorsByNamespace = ReadonlyMap<string, ReadonlyMap<string, RouteActor>>;

export function routeActors(actors: readonly Actor[], world: World): ActorsByNamespace {
  const all = new Map<string, Map<string, RouteActor>>();
  for (const actor of actors) {
    const read = routeActor(actor, world);
    const namespace = actor.namespace ?? "";
    const known = all.get(namespace);
    if (known === undefined) all.set(namespace, new Map([[read.name, read]]));
    else known.set(read.name, read);
  }
  return all;
}

function routeActor(actor: Actor, world: World): RouteActor {
  const manifest = readActor(actor);
  const spec = isObject(manifest["spec"]) ? manifest["spec"] : {};
  const { name } = manifest.metadata;
  const transport = typeof spec["transport"] === "string" ? spec["transport"] : undefined;
  const own = namesIn(spec["access"]);
  // A list in the actor's own words replaces every lower layer's.
  const lower = own === undefined && mayBeLower(spec, world) ? planActor(manifest, world) : undefined;
  const names = own ?? lower?.plan?.actor.spec.access?.sendTo;
  const sendTo =
    names === undefined ? undefined : new Set(names.filter((other) => other !== name && !isEndActor(other)));
  return { actor, name, transport, sendTo, ownSendTo: own !== undefined };
}

/** Whether a flavor or the platform's defaults may say whom the actor sends to. */
function mayBeLower(spec: Readonly<Record<string, unknown>>, { platform }: World): boolean {
  if (!isObject(platform)) return false;
  const hasDefaults = platform["defaults"] !== undefined || platform["namespaces"] !== undefined;
  return hasDefaults || (Array.isArray(spec["flavors"]) && spec["flavors"].length > 0);
}

function namesIn(access: unknown): string[] | undefined {
  const names = isObject(access) ? access["sendTo"] : undefined;
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : undefined;
}
