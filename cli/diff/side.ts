import { actorOf, readActor } from "../../argocd-plugin/check/placed.ts";
import { isActor, worldOf } from "../../argocd-plugin/check/world.ts";
import type { SourceObject } from "../../argocd-plugin/read/source-object.ts";
import { type Finding, isError } from "../../core/finding.ts";
import { sortKeys } from "../../core/json.ts";
import type { Manifest, Observed } from "../../core/manifest.ts";
import { compose } from "../../functions/asyncactor/compose/compose.ts";
import { type ActorPlan, planActor, type World } from "../../functions/asyncactor/compose/plan.ts";
import { planTransport } from "../../functions/asyncactor/compose/transport-plan.ts";

/** Where an object stands, counting lines from 1. */
export interface Place {
  file: string;
  line: number;
}

/** What an actor becomes. */
export interface Rendered {
  plan: ActorPlan;
  /** By resource key, keys of objects sorted. */
  objects: Readonly<Record<string, Manifest>>;
  /** The queue's address among all queue systems. */
  queueAddress: string;
  findings: readonly Finding[];
}

export interface SideActor {
  /** `namespace/name` */
  id: string;
  name: string;
  namespace: string;
  manifest: Manifest;
  place: Place;
  /** Absent where it cannot be rendered. */
  rendered: Rendered | undefined;
  /** Why not. */
  errors: readonly Finding[];
}

/** An object that is no actor: it is applied as it stands. */
export interface OtherObject {
  /** `Kind/name`, with a namespace where the object names one: `Kind/namespace/name` */
  id: string;
  manifest: Manifest;
  place: Place;
}

/** One revision: its actors with what they become, everything else as it stands. By id. */
export interface Side {
  world: World;
  actors: ReadonlyMap<string, SideActor>;
  others: ReadonlyMap<string, OtherObject>;
}

/** @param beside - a platform and flavors that lie elsewhere. */
export function renderSide(objects: readonly SourceObject[], beside: readonly Manifest[], now: Date): Side {
  const others = objects.filter((object) => !isActor(object)).map(otherObject);
  const world = worldOf([...others.map(({ manifest }) => manifest), ...beside]);
  const actors = objects.filter(isActor).map((object) => sideActor(object, world, now));
  return { world, actors: byId(actors), others: byId(others) };
}

/** What the function makes of an actor where `observed` exists. */
export function renderActor(
  manifest: Manifest,
  world: World,
  now: Date,
  observed: Readonly<Record<string, Observed>> = {},
): Pick<SideActor, "rendered" | "errors"> {
  const { plan } = planActor(manifest, world);
  const composed = compose({
    actor: manifest,
    world,
    observed,
    existing: { workload: undefined, scaledObject: undefined },
    podSchema: null,
    scalerServed: true,
    now,
  });
  const errors = composed.findings.filter(isError);
  if (plan === undefined || errors.length > 0) return { rendered: undefined, errors };
  const objects = Object.entries(composed.objects).map(([key, object]) => [key, sortKeys(object.manifest)]);
  const { queueAddress } = planTransport(plan, {}).transportPlan;
  return {
    rendered: {
      plan,
      objects: Object.fromEntries(objects) as Rendered["objects"],
      queueAddress,
      findings: composed.findings,
    },
    errors,
  };
}

function sideActor(source: SourceObject, world: World, now: Date): SideActor {
  const manifest = readActor(actorOf(source, undefined));
  const { name, namespace = "default" } = manifest.metadata;
  return {
    id: `${namespace}/${name}`,
    name,
    namespace,
    manifest,
    place: placeOf(source),
    ...renderActor(manifest, world, now),
  };
}

function otherObject(source: SourceObject): OtherObject {
  const { kind, namespace, name = "(generated)" } = source;
  const id = [kind, namespace, name].filter((part) => part !== undefined).join("/");
  return { id, manifest: sortKeys(source.read()), place: placeOf(source) };
}

function placeOf({ file, line }: SourceObject): Place {
  return { file, line };
}

/** n.b. What is there twice is an error of the new side; of the base the first one counts, as Argo CD would have it. */
function byId<T extends { id: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.toReversed().map((item) => [item.id, item]));
}
