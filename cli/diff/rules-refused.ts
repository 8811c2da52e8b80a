import { isDeepStrictEqual } from "node:util";
import { formatPath, quoteValue } from "../../core/finding.ts";
import { isObject } from "../../core/json.ts";
import type { Manifest } from "../../core/manifest.ts";
import { checkRules } from "../../functions/asyncactor/compose/rules.ts";
import type { Mark, Pair, Sides } from "./rule.ts";

/** Fields of a StatefulSet's spec that may change. */
const MUTABLE_OF_STATEFULSET = new Set([
  "replicas",
  "template",
  "updateStrategy",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
  "ordinals",
  "revisionHistoryLimit",
]);

/** n.b. upjet's providers refuse an update that Terraform would carry out by a replacement. */
const FIXED_AT_PROVIDER: Readonly<Record<string, readonly string[]>> = {
  Queue: ["name", "region"],
  Role: ["path"],
  PodIdentityAssociation: ["clusterName", "namespace", "serviceAccount", "region"],
};

/** Rules of the XRD that compare with the object before. */
export function refusedByApiServer({ before, after }: Sides): Mark[] {
  return checkRules(after.manifest, before.manifest)
    .filter(({ message }) => message.includes("immutable"))
    .map(({ path, message, fix }) => {
      const field = formatPath(path);
      const flipped = field === "spec.transport" || field === "spec.workload.kind";
      return { code: flipped ? "R010" : "R011", message: `the API server refuses it: ${message}`, fix };
    });
}

/** What the function answers where the base's objects exist. */
export function refusedByFunction({ before, after, afterwards }: Pair): Mark[] {
  const ownWords = new Set(refusedByApiServer({ before, after }).map(({ code }) => code));
  return afterwards.errors.flatMap(({ code, path, message, fix }) => {
    const kind = code === "E043" ? "R010" : "R011";
    if (kind === "R010" && ownWords.has("R010")) return [];
    return [{ code: kind, message: `the function refuses it: ${formatPath(path)} ${message}`, fix } as const];
  });
}

/** What Kubernetes and the providers never let change in an object that is there. */
export function immutableFields({ before, after }: Pair): Mark[] {
  const saidAlready = refusedByApiServer({ before, after });
  if (saidAlready.length > 0) return [];
  return Object.entries(after.rendered.objects).flatMap(([key, object]) => {
    const old = before.rendered.objects[key];
    if (old === undefined) return [];
    return changedFields(old, object, fixedFields(object)).map(
      (message) => ({ code: "R011", message }) as const,
    );
  });
}

/** The member of spec in which they are, and which of them are fixed. */
function fixedFields({ kind, spec }: Manifest): {
  inside: readonly string[];
  fixed: (field: string) => boolean;
} {
  if (kind === "StatefulSet")
    return { inside: ["spec"], fixed: (field) => !MUTABLE_OF_STATEFULSET.has(field) };
  const atProvider = isObject(spec) && "forProvider" in spec;
  const names = atProvider ? FIXED_AT_PROVIDER[kind] : undefined;
  return { inside: ["spec", "forProvider"], fixed: (field) => names?.includes(field) === true };
}

function changedFields(
  before: Manifest,
  after: Manifest,
  { inside, fixed }: ReturnType<typeof fixedFields>,
): string[] {
  const [old, now] = [membersAt(before, inside), membersAt(after, inside)];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((field) => fixed(field) && !isDeepStrictEqual(old[field], now[field]))
    .map(
      (field) =>
        `${after.kind} ${after.metadata.name}: ${field} cannot change (${quoteValue(old[field])} -> ${quoteValue(now[field])})`,
    );
}

function membersAt(object: Manifest, path: readonly string[]): Record<string, unknown> {
  const found = path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), object);
  return isObject(found) ? found : {};
}
