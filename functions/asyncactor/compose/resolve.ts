import { type FieldPath, type Finding, finding, isError, quoteValue } from "../../../core/finding.ts";
import { isObject } from "../../../core/json.ts";
import { FLAVOR_LABEL, REDRIVE_ANNOTATION } from "../../../core/names.ts";
import { didYouMean } from "../../../core/suggest.ts";
import type { ActorObject, EffectiveActor, ScalingNumbers } from "./actor.ts";
import { collisionFindings } from "./collisions.ts";
import { GRACE_MARGIN_SECONDS } from "./defaults.ts";
import { isDraining } from "./drain.ts";
import { type EffectiveSpec, effectiveSpec, wholeSeconds } from "./effective.ts";
import { formulaFindings } from "./formula.ts";
import { labelFindings } from "./labels.ts";
import type { Platform } from "./platform.ts";
import { restrictedNote } from "./restricted.ts";
import { checkRules } from "./rules.ts";
import { checkSpecLayer } from "./schema.ts";

/** KEDA's trigger of every transport has this name: 0.1's formulas use it. */
const TRIGGER_NAMES = ["queueLength"];

/** An EnvironmentConfig that carries a flavor's label. */
export interface FlavorConfig {
  name: string;
  data: unknown;
}

/** The flavors' specs in the order listed; a finding for each that is not exactly one good EnvironmentConfig. */
export function resolveFlavors(
  names: readonly string[],
  found: Readonly<Record<string, readonly FlavorConfig[]>>,
): { specs: Record<string, unknown>[]; findings: Finding[] } {
  const specs: Record<string, unknown>[] = [];
  const findings: Finding[] = [];
  for (const [index, name] of names.entries()) {
    const path = ["spec", "flavors", index];
    const [config, ...others] = found[name] ?? [];
    if (config === undefined) findings.push(missingFlavor(name, path, Object.keys(found)));
    else if (others.length > 0) findings.push(ambiguousFlavor(name, path, [config, ...others]));
    else {
      const wrong = checkSpecLayer(config.data, []).map((one) => inFlavor(one, name, config, path));
      findings.push(...wrong);
      if (wrong.length === 0) specs.push(config.data as Record<string, unknown>);
    }
  }
  return { specs, findings };
}

function missingFlavor(name: string, path: FieldPath, known: readonly string[]): Finding {
  const fix = `commit an EnvironmentConfig with the label ${FLAVOR_LABEL}: ${name}`;
  const others = known.filter((other) => other !== name);
  return finding(
    "E024",
    path,
    `no EnvironmentConfig is the flavor ${quoteValue(name)}`,
    didYouMean(name, others, fix),
  );
}

function ambiguousFlavor(name: string, path: FieldPath, configs: readonly FlavorConfig[]): Finding {
  const list = configs.map((config) => config.name).sort();
  const message = `${configs.length} EnvironmentConfigs are the flavor ${quoteValue(name)}: ${list.join(", ")}`;
  return finding("E024", path, message, `leave the label ${FLAVOR_LABEL}: ${name} on one of them`);
}

function inFlavor(one: Finding, flavor: string, config: FlavorConfig, path: FieldPath): Finding {
  const where = one.path.length === 0 ? "data" : `data.${one.path.join(".")}`;
  return {
    ...one,
    code: "E025",
    path,
    message: `flavor ${flavor} (${config.name}) ${where}: ${one.message}`,
  };
}

/**
 * The effective actor and everything that can be said of it without its transport.
 *
 * @param transportType - the type behind `spec.transport`; "" while the platform is not known.
 */
export function resolveActor(
  actor: ActorObject,
  platform: Platform,
  flavorSpecs: readonly Record<string, unknown>[],
  transportType: string,
): { actor: EffectiveActor; findings: Finding[] } {
  const spec = effectiveSpec(actor.spec, platform.defaults ?? {}, flavorSpecs);
  const findings = checkRules({ ...actor, spec });
  const annotations = actor.metadata.annotations ?? {};
  const processingSeconds = wholeSeconds(
    spec.timeout.processing,
    ["spec", "timeout", "processing"],
    findings,
  );
  const shutdownSeconds = wholeSeconds(
    spec.timeout.gracefulShutdown,
    ["spec", "timeout", "gracefulShutdown"],
    findings,
  );
  const effective: EffectiveActor = {
    name: actor.metadata.name,
    namespace: actor.metadata.namespace ?? "default",
    spec,
    transportType,
    scaling: scalingNumbers(spec, annotations, findings),
    processingSeconds,
    graceSeconds: Math.max(shutdownSeconds, processingSeconds + GRACE_MARGIN_SECONDS),
    restartedAt: annotations["asya.sh/restarted-at"],
    redriveAtMs: annotatedTime(annotations, REDRIVE_ANNOTATION, findings),
  };
  if (Array.isArray(spec.workload.template?.spec?.containers)) {
    findings.push(
      ...labelFindings(effective),
      ...collisionFindings(effective, platform),
      ...restrictedNote(effective),
    );
  }
  if (spec.scaling.enabled) findings.push(...formulaFindings(spec.scaling.advanced, TRIGGER_NAMES));
  findings.push(...limitFindings(effective, platform), ...imageFindings(actor, platform));
  return { actor: effective, findings };
}

function scalingNumbers(
  spec: EffectiveSpec,
  annotations: Readonly<Record<string, string>>,
  findings: Finding[],
): ScalingNumbers {
  const { scaling } = spec;
  const at = (field: string) => ["spec", "scaling", field];
  const initial = scaling.initialCooldownPeriod;
  return {
    enabled: scaling.enabled,
    minReplicas: annotatedNumber(annotations, "asya.sh/scale-min", 0, findings) ?? scaling.minReplicas,
    maxReplicas: annotatedNumber(annotations, "asya.sh/scale-max", 1, findings) ?? scaling.maxReplicas,
    pollingSeconds: wholeSeconds(scaling.pollingInterval, at("pollingInterval"), findings),
    cooldownSeconds: wholeSeconds(scaling.cooldownPeriod, at("cooldownPeriod"), findings),
    initialCooldownSeconds:
      initial === undefined ? undefined : wholeSeconds(initial, at("initialCooldownPeriod"), findings),
    // A queue is emptied by its consumers: who asks for that later than for a pause means it.
    paused: !isDraining(annotations) && (scaling.paused || annotations["asya.sh/paused"] === "true"),
    pausedScaleIn: annotations["asya.sh/paused-scale-in"] === "true",
    wakeAtMs: annotatedTime(annotations, "asya.sh/wake", findings),
  };
}

function annotatedNumber(
  annotations: Readonly<Record<string, string>>,
  name: string,
  least: number,
  findings: Finding[],
): number | undefined {
  const text = annotations[name];
  if (text === undefined) return undefined;
  if (/^[0-9]{1,6}$/.test(text) && Number(text) >= least) return Number(text);
  const path = ["metadata", "annotations", name];
  const message = `must be a whole number from ${least} on (got ${quoteValue(text)})`;
  findings.push(finding("E012", path, message, 'write for example "3"'));
  return undefined;
}

function annotatedTime(
  annotations: Readonly<Record<string, string>>,
  name: string,
  findings: Finding[],
): number | undefined {
  const text = annotations[name];
  if (text === undefined) return undefined;
  const timeMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!Number.isNaN(timeMs)) return timeMs;
  const message = `must be a time as RFC 3339 writes it (got ${quoteValue(text)})`;
  findings.push(
    finding("E012", ["metadata", "annotations", name], message, "write for example 2026-11-25T12:00:00Z"),
  );
  return undefined;
}

function limitFindings({ scaling, spec }: EffectiveActor, platform: Platform): Finding[] {
  const limit = platform.limits?.maxReplicas;
  const value = scaling.enabled ? scaling.maxReplicas : spec.workload.replicas;
  const path = scaling.enabled ? ["spec", "scaling", "maxReplicas"] : ["spec", "workload", "replicas"];
  const found: Finding[] = [];
  if (limit !== undefined && value > limit) {
    const message = `is over the platform's limits.maxReplicas ${limit} (got ${value})`;
    found.push(finding("E026", path, message, `use at most ${limit}`));
  }
  const { minReplicas, maxReplicas } = scaling;
  const byAnnotation = minReplicas !== spec.scaling.minReplicas || maxReplicas !== spec.scaling.maxReplicas;
  if (byAnnotation && minReplicas > maxReplicas) {
    const message = `asya.sh/scale-min and scale-max leave ${minReplicas} to ${maxReplicas} replicas`;
    found.push(finding("E012", ["metadata", "annotations"], message, "raise scale-max, or lower scale-min"));
  }
  return found;
}

/** Only the actor's own words: flavors are the platform's. */
function imageFindings({ spec }: ActorObject, platform: Platform): Finding[] {
  const { allowedImages } = platform.sidecar;
  const image = isObject(spec["sidecar"]) ? spec["sidecar"]["image"] : undefined;
  if (typeof image !== "string" || allowedImages === undefined) return [];
  if (allowedImages.some((pattern) => matchesGlob(image, pattern))) return [];
  const message = `the platform allows sidecar images ${allowedImages.join(", ") || "of its own only"} (got ${quoteValue(image)})`;
  return [finding("E027", ["spec", "sidecar", "image"], message, "name one of them, or leave it out")];
}

/** `*` stands for any run of characters; everything else for itself. */
function matchesGlob(text: string, pattern: string): boolean {
  const parts = pattern.split("*");
  const [first = "", ...rest] = parts;
  if (rest.length === 0) return text === pattern;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  const last = rest.pop() ?? "";
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some(isError);
}
