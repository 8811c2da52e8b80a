import {
  Capability,
  type Condition as ResponseCondition,
  Ready,
  type Resource,
  type ResourceSelector,
  type Result,
  type RunFunctionRequest,
  type RunFunctionResponse,
  Severity,
  Status,
  Target,
} from "@crossplane-org/function-sdk-typescript";
import { formatFinding, isError, severityOf } from "../../core/finding.ts";
import { isObject, sortKeys } from "../../core/json.ts";
import type { Observed } from "../../core/manifest.ts";
import { FLAVOR_LABEL, flavorRequirement } from "../../core/names.ts";
import type { ObjectReference } from "./compose/adoption.ts";
import { compose } from "./compose/compose.ts";
import type { Composed } from "./compose/composed.ts";
import type { Condition } from "./compose/conditions.ts";
import { errorText } from "./compose/error-text.ts";
import { checkOwnWords } from "./compose/own-words.ts";
import type { FlavorConfig } from "./compose/resolve.ts";

/** The requirement that the Composition itself makes. */
const PLATFORM_REQUIREMENT = "platform";
const EXISTING_WORKLOAD = "existing-workload";
const EXISTING_SCALED_OBJECT = "existing-scaled-object";
const DEPLOYMENT_SCHEMA = "deployment";
const SCALED_OBJECT_SCHEMA = "scaled-object";
const SCALER_KIND = "scaler-kind";

type Requirements = Record<string, ResourceSelector>;

/**
 * One call of Crossplane: the actor, its world and what exists in; objects, status and what else we need out.
 *
 * n.b. Crossplane is Go, where maps have no order: the same object comes with its keys in another order each time. What we
 * say must not follow it, or each answer changes the status and so causes the next call: everything is sorted on its way in.
 */
export function runFunction(request: RunFunctionRequest, now: Date = new Date()): RunFunctionResponse {
  const actor = readableActor(request.observed?.composite?.resource ?? {});
  const observed = observedObjects(request);
  const flavors = flavorNames(actor);
  const requirements = flavorRequirements(flavors);
  const unanswered = flavors.some((name) => !(flavorRequirement(name) in request.requiredResources));
  if (unanswered && can(request, Capability.CAPABILITY_REQUIRED_RESOURCES) && checkOwnWords(actor).wellFormed)
    return ask(request, requirements);
  const composed = compose({
    actor,
    world: { platform: platformData(request), flavors: flavorConfigs(request, flavors) },
    observed,
    existing: {
      workload: required(request, EXISTING_WORKLOAD)[0],
      scaledObject: required(request, EXISTING_SCALED_OBJECT)[0],
    },
    podSchema: podSchema(request),
    scalerServed: scalerServed(request),
    now,
  });
  return respond(request, composed, { ...requirements, ...existingRequirements(composed) });
}

/** n.b. Crossplane keeps its own references in spec.crossplane; they are none of the actor's words. */
function readableActor(composite: Record<string, unknown>): Record<string, unknown> {
  const { status, ...rest } = composite;
  const { metadata, spec } = rest;
  if (isObject(metadata)) rest["metadata"] = { ...metadata, managedFields: undefined };
  if (isObject(spec)) rest["spec"] = { ...spec, crossplane: undefined };
  return { ...sortKeys(rest), ...(status === undefined ? {} : { status }) };
}

function observedObjects(request: RunFunctionRequest): Record<string, Observed> {
  const entries = Object.entries(request.observed?.resources ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.flatMap(([key, { resource }]) => (resource === undefined ? [] : [[key, resource]])),
  );
}

function flavorNames(actor: Record<string, unknown>): string[] {
  const spec = actor["spec"];
  const names: unknown = isObject(spec) ? spec["flavors"] : undefined;
  return Array.isArray(names) ? names.filter((name): name is string => typeof name === "string") : [];
}

function flavorRequirements(names: readonly string[]): Requirements {
  const selector = (name: string): ResourceSelector => ({
    apiVersion: "apiextensions.crossplane.io/v1beta1",
    kind: "EnvironmentConfig",
    matchLabels: { labels: { [FLAVOR_LABEL]: name } },
  });
  return Object.fromEntries(names.map((name) => [flavorRequirement(name), selector(name)]));
}

const SCALER_REQUIREMENT: Requirements = {
  [SCALER_KIND]: {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    matchName: "scaledobjects.keda.sh",
  },
};

function existingRequirements({ unseen }: Composed): Requirements {
  const selector = ({ apiVersion, kind, name, namespace }: ObjectReference): ResourceSelector => ({
    apiVersion,
    kind,
    matchName: name,
    namespace,
  });
  return {
    ...(unseen.workload === undefined ? {} : { [EXISTING_WORKLOAD]: selector(unseen.workload) }),
    ...(unseen.scaledObject === undefined ? {} : { [EXISTING_SCALED_OBJECT]: selector(unseen.scaledObject) }),
  };
}

function platformData(request: RunFunctionRequest): unknown {
  const [platform] = required(request, PLATFORM_REQUIREMENT);
  return platform === undefined ? undefined : sortKeys(platform.data ?? {});
}

function flavorConfigs(
  request: RunFunctionRequest,
  names: readonly string[],
): Record<string, FlavorConfig[]> {
  return Object.fromEntries(
    names.map((name) => [
      name,
      required(request, flavorRequirement(name)).map(({ metadata, data }) => ({
        name: metadata?.name ?? "",
        data: sortKeys(data),
      })),
    ]),
  );
}

function required(request: RunFunctionRequest, name: string): Observed[] {
  const items = request.requiredResources[name]?.items ?? [];
  return items.flatMap(({ resource }) => (resource === undefined ? [] : [resource]));
}

function podSchema(request: RunFunctionRequest): unknown {
  if (!can(request, Capability.CAPABILITY_REQUIRED_SCHEMAS)) return null;
  const schema = request.requiredSchemas[DEPLOYMENT_SCHEMA];
  return schema === undefined ? undefined : (schema.openapiV3 ?? null);
}

/**
 * Whether the cluster has KEDA's kinds; true where nobody can say, undefined until it was asked.
 *
 * n.b. Crossplane keeps a schema that it fetched until some kind changes, and may have asked a moment before the API server
 * knew: that there is none must be read from the definition, too. That always would be dear: it makes Crossplane keep all
 * definitions of the cluster once more.
 */
function scalerServed(request: RunFunctionRequest): boolean | undefined {
  if (!can(request, Capability.CAPABILITY_REQUIRED_SCHEMAS)) return true;
  if (request.requiredSchemas[SCALED_OBJECT_SCHEMA] === undefined) return undefined;
  if (!hasNoScalerSchema(request)) return true;
  if (!(SCALER_KIND in request.requiredResources)) return undefined;
  const versions = required(request, SCALER_KIND).flatMap(({ spec }) => spec?.["versions"] ?? []);
  return versions.some(
    (version) => isObject(version) && version["name"] === "v1alpha1" && version["served"] === true,
  );
}

function hasNoScalerSchema({ requiredSchemas }: RunFunctionRequest): boolean {
  const schema = requiredSchemas[SCALED_OBJECT_SCHEMA];
  return schema !== undefined && schema.openapiV3 === undefined;
}

function can(request: RunFunctionRequest, capability: Capability): boolean {
  return request.meta?.capabilities.includes(capability) ?? false;
}

/** Crossplane throws this answer away: it fetches what is required and calls again. */
function ask(request: RunFunctionRequest, requirements: Requirements): RunFunctionResponse {
  return {
    ...emptyResponse(request, 0),
    requirements: { resources: requirements, schemas: {}, extraResources: {} },
  };
}

function respond(
  request: RunFunctionRequest,
  composed: Composed,
  requirements: Requirements,
): RunFunctionResponse {
  return {
    ...emptyResponse(request, composed.ttlSeconds),
    desired: composed.fatal ? request.desired : desiredState(composed, request.desired?.resources ?? {}),
    results: results(composed),
    conditions: composed.conditions.map(condition),
    requirements: {
      resources:
        composed.needsScaler && hasNoScalerSchema(request)
          ? { ...requirements, ...SCALER_REQUIREMENT }
          : requirements,
      schemas: can(request, Capability.CAPABILITY_REQUIRED_SCHEMAS) ? schemaRequirements(composed) : {},
      extraResources: {},
    },
  };
}

function schemaRequirements({ needsPodSchema, needsScaler }: Composed) {
  return {
    ...(needsPodSchema ? { [DEPLOYMENT_SCHEMA]: { apiVersion: "apps/v1", kind: "Deployment" } } : {}),
    ...(needsScaler
      ? { [SCALED_OBJECT_SCHEMA]: { apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject" } }
      : {}),
  };
}

function emptyResponse(request: RunFunctionRequest, ttlSeconds: number): RunFunctionResponse {
  return {
    meta: { tag: request.meta?.tag ?? "", ttl: { seconds: ttlSeconds, nanos: 0 } },
    desired: request.desired,
    results: [],
    requirements: undefined,
    conditions: [],
  };
}

/** @param earlier - what another step of the Composition desires; ours stands beside it. */
function desiredState(composed: Composed, earlier: Record<string, Resource>) {
  const keys = Object.keys(composed.objects).sort();
  const resources: Record<string, Resource> = { ...earlier };
  for (const key of keys) {
    const object = composed.objects[key];
    if (object !== undefined) resources[key] = resource(object.manifest, object.ready);
  }
  return { composite: resource({ status: composed.status }, composed.ready), resources };
}

function resource(object: object, ready: boolean): Resource {
  return {
    resource: sortKeys(object),
    connectionDetails: {},
    ready: ready ? Ready.READY_TRUE : Ready.READY_FALSE,
  };
}

function results(composed: Composed): Result[] {
  const warnings = composed.findings.filter(({ code }) => severityOf(code) === "warning");
  const errors = composed.findings.filter(isError);
  const said = warnings.map((one) => result(Severity.SEVERITY_WARNING, formatFinding(one)));
  if (errors.length === 0) return said;
  if (!composed.fatal)
    return [...errors.map((one) => result(Severity.SEVERITY_WARNING, formatFinding(one))), ...said];
  return [result(Severity.SEVERITY_FATAL, errorText(errors))];
}

function result(severity: Severity, message: string): Result {
  return { severity, message, target: Target.TARGET_COMPOSITE };
}

function condition({ type, status, reason, message }: Condition): ResponseCondition {
  const statuses = {
    True: Status.STATUS_CONDITION_TRUE,
    False: Status.STATUS_CONDITION_FALSE,
    Unknown: Status.STATUS_CONDITION_UNKNOWN,
  };
  return { type, status: statuses[status], reason, message, target: Target.TARGET_COMPOSITE };
}
