import { type Finding, finding, isError, quoteValue } from "../core/finding.ts";
import type { Manifest } from "../core/manifest.ts";
import { PLATFORM_NAME } from "../core/names.ts";
import { didYouMean } from "../core/suggest.ts";
import { checkActor } from "../functions/asyncactor/compose/check.ts";
import { distinct, type World } from "../functions/asyncactor/compose/plan.ts";
import { checkPlatform } from "../functions/asyncactor/compose/platform.ts";
import { checkSpecLayer } from "../functions/asyncactor/compose/schema.ts";
import { duplicateFindings } from "./check/duplicates.ts";
import { nameOf, placed, type Placed } from "./check/placed.ts";
import { sharedQueueFindings } from "./check/queues.ts";
import { flavorName, isActor, isOurs, isPlatform, worldOf } from "./check/world.ts";
import type { SourceObject } from "./read/source-object.ts";

export interface GenerateOptions {
  /** Objects that are not printed, but known: a platform or flavors that lie elsewhere. */
  beside?: readonly Manifest[];
  /** Of objects that name none: the Application's destination. */
  namespace?: string | undefined;
}

export interface Generated {
  /** Every object of the folder, as it was read, sorted. n.b. `metadata.name` may be a generateName instead. */
  manifests: Manifest[];
  findings: Finding[];
}

/** All that can be said about a folder's objects; whether they may be printed is the findings' to say. */
export function generate(sources: readonly SourceObject[], options: GenerateOptions = {}): Generated {
  const objects = sources.map(placed);
  const beside = options.beside ?? [];
  const world = worldOf([...objects.map(({ manifest }) => manifest), ...beside]);
  const actors = objects
    .filter(({ manifest }) => isActor(manifest))
    .map((actor) => inNamespace(actor, options.namespace));
  const findings = [
    ...duplicateFindings(objects, options.namespace),
    ...objects.flatMap((object) => settingsFindings(object)),
    ...beside.filter(isPlatform).flatMap((one) => platformFindings(one, unplaced)),
    ...actors.flatMap((actor) => actorFindings(actor, world)),
    ...sharedQueueFindings(actors, world),
  ];
  return { manifests: sorted(objects.map(({ manifest }) => manifest)), findings };
}

/** An actor that names no namespace is judged where it will be. */
function inNamespace(actor: Placed, namespace: string | undefined): Placed {
  const { manifest } = actor;
  if (namespace === undefined || manifest.metadata.namespace !== undefined) return actor;
  return { ...actor, manifest: { ...manifest, metadata: { ...manifest.metadata, namespace } } };
}

function actorFindings(actor: Placed, world: World): Finding[] {
  const findings = checkActor(actor.manifest, world).filter(isAboutActor);
  return distinct(findings).map((one) => actor.at(one));
}

/** Mistakes of the platform and of flavors are told once, where they stand, not for each actor. */
function isAboutActor({ code, object, path }: Finding): boolean {
  const aboutPlatform = object?.startsWith("EnvironmentConfig/") === true;
  const aboutFlavor = code === "E025" && path[0] === "spec" && path[1] === "flavors";
  return !aboutPlatform && !aboutFlavor;
}

/** What is wrong with a platform, a flavor or a kind of ours that does not exist. */
function settingsFindings(object: Placed): Finding[] {
  const { manifest } = object;
  if (isPlatform(manifest)) return platformFindings(manifest, object.at);
  if (flavorName(manifest) !== undefined) {
    const findings = checkSpecLayer(manifest["data"] ?? {}, ["data"]);
    return findings.map((one) => ({ ...object.at(one), code: "E025" }));
  }
  if (!isOurs(manifest) || isActor(manifest)) return [];
  const message = `the API asya.sh has no such kind (got ${quoteValue(manifest.kind)})`;
  const fix = didYouMean(manifest.kind, ["AsyncActor"], "write AsyncActor");
  return [object.at(finding("E012", ["kind"], message, fix))];
}

function platformFindings(platform: Manifest, at: Placed["at"]): Finding[] {
  const findings = checkPlatform(platform["data"] ?? {}).map(at);
  return distinct(findings.map((one) => (isError(one) ? { ...one, code: "E021" } : one)));
}

/** For an object that lies elsewhere. */
function unplaced(one: Finding): Finding {
  return { ...one, object: `EnvironmentConfig/${PLATFORM_NAME}` };
}

function sorted(manifests: readonly Manifest[]): Manifest[] {
  const keyed = manifests.map((manifest) => ({ manifest, key: sortKey(manifest) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ manifest }) => manifest);
}

function sortKey(manifest: Manifest): string {
  const { apiVersion, kind, metadata } = manifest;
  return [apiVersion, kind, metadata.namespace ?? "", nameOf(manifest) ?? ""].join("\0");
}
