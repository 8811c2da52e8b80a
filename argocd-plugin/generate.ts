import { type Finding, finding, isError, quoteValue } from "../core/finding.ts";
import type { Manifest } from "../core/manifest.ts";
import { PLATFORM_NAME } from "../core/names.ts";
import { didYouMean } from "../core/suggest.ts";
import { checkActor } from "../functions/asyncactor/compose/check.ts";
import { distinct, type World } from "../functions/asyncactor/compose/plan.ts";
import { checkPlatform } from "../functions/asyncactor/compose/platform.ts";
import { checkSpecLayer } from "../functions/asyncactor/compose/schema.ts";
import { addDuplicates } from "./check/duplicates.ts";
import type { Findings } from "./check/findings.ts";
import { type Progress, UNWATCHED } from "./deadline/progress.ts";
import { actorOf, placedAt, readActor } from "./check/placed.ts";
import { addSharedQueues } from "./check/queues.ts";
import { addRouteFindings } from "./check/route-findings.ts";
import { declaredRoutes } from "./check/routes.ts";
import { addToolFindings } from "./check/tool-findings.ts";
import { readTools } from "./check/tools.ts";
import { flavorName, isActor, isEnvironmentConfig, isOurs, isPlatform, worldOf } from "./check/world.ts";
import { type Limits, LIMITS } from "./read/limits.ts";
import { mebibytes } from "./read/refusals.ts";
import type { SourceObject } from "./read/source-object.ts";

export interface GenerateOptions {
  /** Objects that are not printed, but known: a platform or flavors that lie elsewhere. */
  beside?: readonly Manifest[];
  /** Of objects that name none: the Application's destination. */
  namespace?: string | undefined;
  limits?: Limits;
  progress?: Progress;
}

/**
 * Adds all that can be said about a folder's objects; whether they may be printed is the findings' to say.
 *
 * @returns the objects, sorted by API, kind, namespace and name.
 */
export async function generate(
  objects: readonly SourceObject[],
  findings: Findings,
  { beside = [], namespace, limits = LIMITS, progress = UNWATCHED }: GenerateOptions = {},
): Promise<SourceObject[]> {
  addDuplicates(objects, namespace, findings);
  const settings = settingsWithin(objects, limits, findings);
  for (const source of objects) findings.add(kindFindings(source), placedAt(source));
  for (const [source, manifest] of settings) {
    const place = placedAt(source);
    findings.add(settingsFindings(manifest), (one) => asSettings(place(one), manifest));
  }
  for (const platform of beside.filter(isPlatform))
    findings.add(settingsFindings(platform), (one) => asSettings(unplaced(one), platform));
  const world = worldOf([...settings.values(), ...beside]);
  const actors = objects.filter(isActor).map((source) => actorOf(source, namespace));
  for (const [done, actor] of actors.entries()) {
    progress({ phase: "judging", done, of: actors.length, file: actor.source.file });
    findings.add(actorFindings(readActor(actor), world), placedAt(actor.source));
  }
  progress({ phase: "judging", done: actors.length, of: actors.length, file: "" });
  addSharedQueues(actors, world, findings);
  const tools = await readTools(objects, namespace, limits, findings);
  addToolFindings(tools, findings);
  addRouteFindings(declaredRoutes(tools), actors, world, findings);
  return objects.toSorted(byIdentity);
}

/** Platform and flavors: every actor is judged with them, so that they must fit into memory together. */
function settingsWithin(
  objects: readonly SourceObject[],
  limits: Limits,
  findings: Findings,
): Map<SourceObject, Manifest> {
  const settings = new Map<SourceObject, Manifest>();
  let bytes = 0;
  for (const source of objects) {
    if (!isEnvironmentConfig(source)) continue;
    const manifest = source.read();
    if (!isPlatform(manifest) && flavorName(manifest) === undefined) continue;
    bytes += source.json.length;
    if (bytes > limits.settingsBytes) {
      const message = `with this one, platform and flavors take more than ${mebibytes(limits.settingsBytes)}`;
      findings.add([finding("E003", [], message, "remove what no actor uses")], placedAt(source));
      break;
    }
    settings.set(source, manifest);
  }
  return settings;
}

function actorFindings(actor: Manifest, world: World): Finding[] {
  return distinct(checkActor(actor, world).filter(isAboutActor));
}

/** Mistakes of the platform and of flavors are told once, where they stand, not for each actor. */
function isAboutActor({ code, object, path }: Finding): boolean {
  const aboutPlatform = object?.startsWith("EnvironmentConfig/") === true;
  const aboutFlavor = code === "E025" && path[0] === "spec" && path[1] === "flavors";
  return !aboutPlatform && !aboutFlavor;
}

/** What is wrong with a kind of ours that does not exist. */
function kindFindings(object: SourceObject): Finding[] {
  if (!isOurs(object) || isActor(object)) return [];
  const message = `the API asya.sh has no such kind (got ${quoteValue(object.kind)})`;
  const fix = didYouMean(object.kind, ["AsyncActor"], "write AsyncActor");
  return [finding("E012", ["kind"], message, fix)];
}

/** What is wrong with a platform or a flavor. */
function settingsFindings(settings: Manifest): Finding[] {
  const data = settings["data"] ?? {};
  return distinct(isPlatform(settings) ? checkPlatform(data) : checkSpecLayer(data, ["data"]));
}

/** An error of a platform or flavor is one of whoever looks after it, not of an actor. */
function asSettings(one: Finding, settings: Manifest): Finding {
  return isError(one) ? { ...one, code: isPlatform(settings) ? "E021" : "E025" } : one;
}

/** For an object that lies elsewhere. */
function unplaced(one: Finding): Finding {
  return { ...one, object: `EnvironmentConfig/${PLATFORM_NAME}` };
}

function byIdentity(a: SourceObject, b: SourceObject): number {
  return (
    compare(a.apiVersion, b.apiVersion) ||
    compare(a.kind, b.kind) ||
    compare(a.namespace ?? "", b.namespace ?? "") ||
    compare(a.name ?? "", b.name ?? "")
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
