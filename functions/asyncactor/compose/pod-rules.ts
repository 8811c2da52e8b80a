import { type FieldPath, type Finding, quoteValue } from "../../../core/finding.ts";
import { isObject } from "../../../core/json.ts";
import { didYouMean } from "../../../core/suggest.ts";
import type { EffectiveActor } from "./actor.ts";
import { containerChoiceFindings, volumeChoiceFindings } from "./pod-choices.ts";
import { VOLUMES } from "./pod-layout.ts";
import { podNameFindings } from "./pod-names.ts";
import { resourceFindings } from "./pod-resources.ts";
import { entriesOf, type Fields, isSet, memberOf, type Part, POD_PATH, refused } from "./pod-walk.ts";
import { normalPath } from "./runtime-container.ts";

/**
 * What Kubernetes' own validation refuses in an effective pod whose fields and types are right: of all its rules those
 * that people break.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
 */
export function podRuleFindings(actor: EffectiveActor): Finding[] {
  const { template } = actor.spec.workload;
  if (!Array.isArray(template.spec.containers)) return []; // n.b. the XRD's rule speaks of that
  const pod: Part = { fields: template.spec, path: POD_PATH };
  const volumes = volumeNames(actor);
  return [
    ...workloadFindings(pod),
    ...podNameFindings(pod, memberOf({ fields: { ...template }, path: POD_PATH.slice(0, -1) }, "metadata")),
    ...entriesOf(pod, "initContainers").flatMap(initContainerFindings),
    ...["initContainers", "containers"].flatMap((list) =>
      entriesOf(pod, list).flatMap((container) => [
        ...imageFindings(container),
        ...mountFindings(container, volumes),
        ...resourceFindings(container),
        ...containerChoiceFindings(container),
      ]),
    ),
    ...entriesOf(pod, "volumes").flatMap(volumeChoiceFindings),
    ...entriesOf(pod, "tolerations").flatMap(tolerationFindings),
  ];
}

/** What a pod may have, but not the pods of a Deployment or StatefulSet. */
function workloadFindings({ fields, path }: Part): Finding[] {
  const policy = fields["restartPolicy"];
  const always = !isSet(policy) || policy === "Always";
  const message = `must be Always in a Deployment or StatefulSet (got ${quoteValue(policy)})`;
  return [
    ...(always ? [] : [refused([...path, "restartPolicy"], message, "leave it out")]),
    ...["activeDeadlineSeconds", "ephemeralContainers"].flatMap((field) =>
      isSet(fields[field])
        ? [refused([...path, field], "has no place in a Deployment or StatefulSet", "remove it")]
        : [],
    ),
  ];
}

/** One that runs beside the others has restartPolicy Always. */
function initContainerFindings({ fields, path }: Part): Finding[] {
  if (fields["restartPolicy"] === "Always") return [];
  return ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"].flatMap((field) =>
    isSet(fields[field])
      ? [refused([...path, field], "has no place in an init container that ends", "remove it")]
      : [],
  );
}

function imageFindings({ fields, path }: Part): Finding[] {
  const { image, name } = fields;
  const at = [...path, "image"];
  if (!isSet(image) || image === "")
    return [refused(at, `the container ${quoteValue(name)} has no image`, "set it")];
  if (typeof image !== "string" || image === image.trim()) return [];
  return [refused(at, `must not begin or end with a space (got ${quoteValue(image)})`, "remove it")];
}

function volumeNames({ spec }: EffectiveActor): string[] {
  const { template, volumeClaimTemplates = [] } = spec.workload;
  const claims = volumeClaimTemplates.flatMap(({ metadata }) =>
    isObject(metadata) && typeof metadata["name"] === "string" ? [metadata["name"]] : [],
  );
  return [...(template.spec.volumes ?? []).map(({ name }) => name), ...claims, ...Object.values(VOLUMES)];
}

function mountFindings(container: Part, volumes: readonly string[]): Finding[] {
  const seen = new Set<string>();
  return entriesOf(container, "volumeMounts").flatMap(({ fields, path }) => {
    const { name, mountPath = "" } = fields;
    // n.b. of the wrong type: the schema speaks of that.
    if (typeof name !== "string" || typeof mountPath !== "string") return [];
    const found: Finding[] = [];
    if (!volumes.includes(name)) {
      const fix = didYouMean(name, volumes, "add it to volumes, or to volumeClaimTemplates");
      found.push(refused([...path, "name"], `the pod has no volume ${quoteValue(name)}`, fix));
    }
    const wrong = mountPathProblem(mountPath, seen);
    if (wrong !== undefined) found.push(refused([...path, "mountPath"], ...wrong));
    seen.add(normalPath(mountPath));
    return [...found, ...subPathFindings(fields, path)];
  });
}

function mountPathProblem(
  mountPath: string,
  seen: ReadonlySet<string>,
): [message: string, fix: string] | undefined {
  if (mountPath === "") return ["is empty", "say where the volume is mounted"];
  return seen.has(normalPath(mountPath))
    ? [`${quoteValue(mountPath)} is mounted twice`, "remove one"]
    : undefined;
}

function subPathFindings(fields: Fields, path: FieldPath): Finding[] {
  const subPath = fields["subPath"];
  if (typeof subPath !== "string" || !(subPath.startsWith("/") || subPath.split("/").includes("..")))
    return [];
  const message = `must be a path inside the volume (got ${quoteValue(subPath)})`;
  return [refused([...path, "subPath"], message, "begin with a name, and leave .. out")];
}

function tolerationFindings({ fields, path }: Part): Finding[] {
  const { effect, key, operator, tolerationSeconds, value } = fields;
  if (operator === "Exists" && isSet(value) && value !== "")
    return [refused([...path, "value"], `Exists compares nothing (got ${quoteValue(value)})`, "remove it")];
  if (operator !== "Exists" && (!isSet(key) || key === ""))
    return [refused([...path, "operator"], "without a key it must be Exists", "set it, or a key")];
  if (!isSet(tolerationSeconds) || effect === "NoExecute") return [];
  const message = "is for the effect NoExecute alone";
  return [refused([...path, "tolerationSeconds"], message, "remove it, or set the effect")];
}
