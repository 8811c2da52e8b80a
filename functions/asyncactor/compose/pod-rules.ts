import { type FieldPath, type Finding, finding, quoteValue } from "../../../core/finding.ts";
import { isObject } from "../../../core/json.ts";
import { didYouMean } from "../../../core/suggest.ts";
import type { EffectiveActor } from "./actor.ts";
import type { Container } from "./effective.ts";
import { VOLUMES } from "./pod-layout.ts";
import { normalPath } from "./runtime-container.ts";

const POD: FieldPath = ["spec", "workload", "template", "spec"];

/**
 * What Kubernetes' own validation refuses in an effective pod whose fields and types are right: of all its rules those
 * that people break.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
 */
export function podRuleFindings(actor: EffectiveActor): Finding[] {
  const pod = actor.spec.workload.template.spec;
  if (!Array.isArray(pod.containers)) return []; // n.b. the XRD's rule speaks of that
  const volumes = volumeNames(actor);
  return [
    ...restartFindings(pod["restartPolicy"]),
    ...(["initContainers", "containers"] as const).flatMap((list) =>
      (pod[list] ?? []).flatMap((container, index) => {
        const path = [...POD, list, index];
        return [
          ...imageFindings(container, path),
          ...mountFindings(container, path, volumes),
          ...resourceFindings(container, path),
        ];
      }),
    ),
  ];
}

function refused(path: FieldPath, message: string, fix: string): Finding {
  return finding("E036", path, message, fix);
}

function restartFindings(policy: unknown): Finding[] {
  if (policy === undefined || policy === null || policy === "Always") return [];
  const message = `must be Always in a Deployment or StatefulSet (got ${quoteValue(policy)})`;
  return [refused([...POD, "restartPolicy"], message, "leave it out")];
}

function imageFindings({ name, image }: Container, path: FieldPath): Finding[] {
  if (image !== undefined && image !== null && image !== "") return [];
  return [refused([...path, "image"], `the container ${quoteValue(name)} has no image`, "set it")];
}

function volumeNames({ spec }: EffectiveActor): string[] {
  const { template, volumeClaimTemplates = [] } = spec.workload;
  const claims = volumeClaimTemplates.flatMap(({ metadata }) =>
    isObject(metadata) && typeof metadata["name"] === "string" ? [metadata["name"]] : [],
  );
  return [...(template.spec.volumes ?? []).map(({ name }) => name), ...claims, ...Object.values(VOLUMES)];
}

function mountFindings(container: Container, path: FieldPath, volumes: readonly string[]): Finding[] {
  const seen = new Set<string>();
  return (container.volumeMounts ?? []).flatMap(({ name, mountPath }, index) => {
    const at = [...path, "volumeMounts", index];
    const found: Finding[] = [];
    if (!volumes.includes(name)) {
      const fix = didYouMean(name, volumes, "add it to volumes, or to volumeClaimTemplates");
      found.push(refused([...at, "name"], `the pod has no volume ${quoteValue(name)}`, fix));
    }
    if (seen.has(normalPath(mountPath)))
      found.push(refused([...at, "mountPath"], `${quoteValue(mountPath)} is mounted twice`, "remove one"));
    seen.add(normalPath(mountPath));
    return found;
  });
}

function resourceFindings({ resources }: Container, path: FieldPath): Finding[] {
  const { requests, limits } = isObject(resources) ? resources : {};
  if (!isObject(requests) || !isObject(limits)) return [];
  return Object.entries(requests).flatMap(([resource, request]) => {
    const limit = limits[resource];
    if (!(amountOf(request) > amountOf(limit))) return [];
    const message = `is above the limit ${quoteValue(limit)} (got ${quoteValue(request)})`;
    return [refused([...path, "resources", "requests", resource], message, "lower it, or raise the limit")];
  });
}

const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The number behind a quantity; NaN where it is none. */
function amountOf(quantity: unknown): number {
  if (typeof quantity === "number") return quantity;
  const match = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([numkMGTPE]?i?)$/.exec(String(quantity));
  return Number(match?.[1]) * (FACTORS[match?.[2] ?? ""] ?? NaN);
}
