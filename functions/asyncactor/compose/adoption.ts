import { isDeepStrictEqual } from "node:util";
import { type Finding, finding, quoteValue } from "../../../core/finding.ts";
import { isObject } from "../../../core/json.ts";
import type { Manifest, Observed } from "../../../core/manifest.ts";
import { ADOPT_ANNOTATION } from "../../../core/names.ts";
import type { ActorObject } from "./actor.ts";
import { leftoversIn } from "./leftovers.ts";
import { SCALED_OBJECT_KEY, workloadKey } from "./objects.ts";
import type { ActorPlan } from "./plan.ts";

/** What stands where the actor's own objects would: asked for before the first render. */
export interface Existing {
  workload: Observed | undefined;
  scaledObject: Observed | undefined;
}

export interface ObjectReference {
  apiVersion: string;
  kind: string;
  name: string;
  namespace: string;
}

/** What must be looked for before it is rendered for the first time, by its name in `Existing`. */
export function unseenObjects(
  plan: ActorPlan,
  observed: Readonly<Record<string, Observed>>,
): Partial<Record<keyof Existing, ObjectReference>> {
  const { name, namespace, scaling, spec } = plan.actor;
  const { kind } = spec.workload;
  return {
    ...(workloadKey(plan) in observed ? {} : { workload: { apiVersion: "apps/v1", kind, name, namespace } }),
    ...(!scaling.enabled || SCALED_OBJECT_KEY in observed
      ? {}
      : { scaledObject: { apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject", name, namespace } }),
  };
}

/** An object of the name that belongs to somebody else must not be taken over by accident. */
export function adoptionFindings(
  actor: ActorObject,
  rendered: Readonly<Record<string, Manifest>>,
  existing: Existing,
): Finding[] {
  return [existing.workload, existing.scaledObject].flatMap((object) => {
    const wanted = Object.values(rendered).find(({ kind }) => kind === object?.kind);
    return object === undefined ? [] : takeoverFindings(actor, wanted, object, firstReplicas(rendered));
  });
}

/** How many replicas KEDA lets a workload be born with; undefined where the actor itself says how many. */
function firstReplicas(rendered: Readonly<Record<string, Manifest>>): number | undefined {
  const scaledObject = Object.values(rendered).find(({ kind }) => kind === "ScaledObject");
  const least = isObject(scaledObject?.["spec"]) ? scaledObject["spec"]["minReplicaCount"] : undefined;
  return typeof least === "number" ? least : undefined;
}

function takeoverFindings(
  actor: ActorObject,
  wanted: Manifest | undefined,
  object: Observed,
  bornWith: number | undefined,
): Finding[] {
  const refuse = (message: string, fix: string) => [finding("E044", ["metadata", "name"], message, fix)];
  const owner = object.metadata?.ownerReferences?.find(({ controller }) => controller === true);
  if (owner !== undefined && owner.uid === actor.metadata.uid) return [];
  const what = `${object.kind} ${quoteValue(object.metadata?.name)} exists`;
  if (object.metadata?.deletionTimestamp !== undefined)
    return refuse(`${what} and is being deleted`, "wait until it is gone");
  if (owner !== undefined) {
    const message = `${what} and is controlled by ${owner.kind} ${quoteValue(owner.name)}`;
    return refuse(message, "delete it, or remove its owner reference and adopt it");
  }
  if (actor.metadata.annotations?.[ADOPT_ANNOTATION] !== "true") {
    const fix = `annotate the actor with ${ADOPT_ANNOTATION}: "true" to take it over, or choose another name`;
    return refuse(`${what} and is not this actor's`, fix);
  }
  const [path] = IMMUTABLE.filter(
    (one) => !isDeepStrictEqual(valueAt(object.spec, one), valueAt(wanted?.["spec"], one)),
  );
  if (path === undefined) return leftoverFindings(object, wanted, bornWith, refuse);
  const values = `its spec.${path.join(".")} is ${shown(valueAt(object.spec, path))}, an actor's ${shown(valueAt(wanted?.["spec"], path))}`;
  return refuse(
    `${what} and cannot be taken over: ${values}, and Kubernetes never lets it change`,
    "delete it first, or choose another name",
  );
}

/**
 * n.b. pods whose ReplicaSets have lost their Deployment run on, and a new one with the same selector takes them over.
 */
function leftoverFindings(
  object: Observed,
  wanted: Manifest | undefined,
  bornWith: number | undefined,
  refuse: (message: string, fix: string) => Finding[],
): Finding[] {
  const left = leftoversIn(podSpecOf(object.spec), podSpecOf(wanted?.["spec"]));
  if (left.length === 0) return [];
  const { kind = "", metadata } = object;
  const what = `${kind} ${quoteValue(metadata?.name)} exists and cannot be taken over as it is`;
  const orphan = `kubectl delete ${kind.toLowerCase()} ${metadata?.name} --cascade=orphan: its pods run on until the actor's own ${kind} replaces them`;
  const running = object.spec?.["replicas"];
  const keep = `kubectl annotate asyncactor ${metadata?.name} asya.sh/scale-min=${String(running)}`;
  const fix =
    typeof running === "number" && bornWith !== undefined && running > bornWith
      ? `${keep}, else its own would begin with ${bornWith}; then ${orphan}; take the annotation away when they are ready`
      : orphan;
  return refuse(`${what}: it would keep its ${left.join(", ")}`, fix);
}

function podSpecOf(spec: unknown): unknown {
  const template = isObject(spec) ? spec["template"] : undefined;
  return isObject(template) ? template["spec"] : undefined;
}

/**
 * What Kubernetes lets nobody change. n.b. a first apply that it refuses (422) leaves Crossplane unable to go on with the
 * actor at all ("encountered composed resource without required annotation").
 */
const IMMUTABLE = [["selector"], ["serviceName"], ["podManagementPolicy"], ["volumeClaimTemplates"]] as const;

function valueAt(spec: unknown, [field]: (typeof IMMUTABLE)[number]): unknown {
  const value = isObject(spec) ? spec[field] : undefined;
  if (field === "podManagementPolicy") return value ?? "OrderedReady";
  // n.b. the API server fills in defaults of a claim: its name must do.
  if (field === "volumeClaimTemplates") return Array.isArray(value) ? value.map(claimName) : [];
  return value;
}

function claimName(claim: unknown): unknown {
  const metadata = isObject(claim) ? claim["metadata"] : undefined;
  return isObject(metadata) ? metadata["name"] : undefined;
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? "unset";
}
