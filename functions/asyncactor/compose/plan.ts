import { type FieldPath, type Finding, finding, quoteValue } from "../../../core/finding.ts";
import { PLATFORM_NAME } from "../../../core/names.ts";
import { didYouMean } from "../../../core/suggest.ts";
import type { Transport } from "../../../transports/contract.ts";
import { renderTransports } from "../../../transports/render.ts";
import type { ActorObject, EffectiveActor } from "./actor.ts";
import { checkOwnWords } from "./own-words.ts";
import { type Platform, type PlatformTransport, readPlatform } from "./platform.ts";
import { podRuleFindings } from "./pod-rules.ts";
import { type FlavorConfig, hasErrors, resolveActor, resolveFlavors } from "./resolve.ts";

/** Everything outside the actor that its rendering depends on. */
export interface World {
  /** `data` of the EnvironmentConfig asya-platform; undefined where there is none. */
  platform: unknown;
  /** By flavor name: every EnvironmentConfig that carries its label. */
  flavors: Readonly<Record<string, readonly FlavorConfig[]>>;
}

export interface ActorPlan {
  actor: EffectiveActor;
  platform: Platform;
  transport: Transport<unknown>;
  transportConfig: unknown;
}

/** `blame` tells a mistake in the actor from one in what the platform team commits. */
export type Planned =
  | { plan: ActorPlan; findings: Finding[] }
  | { plan: undefined; blame: "actor" | "platform"; findings: Finding[] };

const PLATFORM_OBJECT = `EnvironmentConfig/${PLATFORM_NAME}`;
const TRANSPORT_PATH: FieldPath = ["spec", "transport"];

/** From an actor's own words and its world to the effective actor on its transport; or all that is wrong with them. */
export function planActor(actor: unknown, world: World): Planned {
  const own = checkOwnWords(actor);
  if (!own.wellFormed) return { plan: undefined, blame: "actor", findings: own.findings };
  const object = actor as ActorObject; // checked by the line above
  const namespace = object.metadata.namespace ?? "default";
  const { platform, findings: platformFindings } = platformOf(world, namespace);
  const flavors = resolveFlavors((object.spec["flavors"] as string[] | undefined) ?? [], world.flavors);
  const outside = [...platformFindings, ...flavors.findings];
  if (platform === undefined || hasErrors(outside)) {
    const blame = hasErrors(own.findings) ? "actor" : "platform";
    return { plan: undefined, blame, findings: [...own.findings, ...outside] };
  }
  const found = findTransport(String(object.spec["transport"]), platform);
  const resolved = resolveActor(object, platform, flavors.specs, found.entry?.type ?? "");
  const findings = distinct([
    ...own.findings,
    ...outside,
    ...found.findings,
    ...resolved.findings,
    ...podRuleFindings(resolved.actor),
  ]);
  if (found.entry === undefined || hasErrors(findings)) return { plan: undefined, blame: "actor", findings };
  const transport = renderTransports[found.entry.type];
  return {
    plan: { actor: resolved.actor, platform, transport, transportConfig: found.entry.config },
    findings,
  };
}

/** The platform's settings for a namespace. */
function platformOf(world: World, namespace: string): { platform?: Platform; findings: Finding[] } {
  if (world.platform === undefined) {
    const fix = "commit the platform's settings (compositions/platform has examples)";
    return { findings: [finding("E020", [], `there is no ${PLATFORM_OBJECT}`, fix)] };
  }
  const { platform, findings } = readPlatform(world.platform, namespace);
  const marked = findings.map((one): Finding => {
    return one.code.startsWith("E")
      ? { ...one, code: "E021", object: PLATFORM_OBJECT }
      : { ...one, object: PLATFORM_OBJECT };
  });
  return platform === undefined ? { findings: marked } : { platform, findings: marked };
}

function findTransport(name: string, platform: Platform): { entry?: PlatformTransport; findings: Finding[] } {
  const entry = Object.hasOwn(platform.transports, name) ? platform.transports[name] : undefined;
  const enabled = Object.keys(platform.transports).filter((other) => platform.transports[other]?.enabled);
  const list = enabled.length === 0 ? "none is enabled" : `it has ${enabled.join(", ")}`;
  if (entry === undefined) {
    const message = `the platform has no transport of this name (got ${quoteValue(name)}; ${list})`;
    return {
      findings: [finding("E022", TRANSPORT_PATH, message, didYouMean(name, enabled, "name one that it has"))],
    };
  }
  if (!entry.enabled) {
    const message = `the platform has turned this transport off (got ${quoteValue(name)}; ${list})`;
    return {
      entry,
      findings: [finding("E023", TRANSPORT_PATH, message, "name another, or have it enabled")],
    };
  }
  return { entry, findings: [] };
}

/** The actor's own words and the effective actor are judged by the same rules: say each thing once. */
export function distinct(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter((one) => {
    const identity = JSON.stringify([one.code, one.path, one.message]);
    return !seen.has(identity) && seen.add(identity);
  });
}
