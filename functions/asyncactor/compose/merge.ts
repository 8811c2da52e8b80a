import { isObject } from "../../../core/json.ts";

/**
 * Kubernetes' own patch merge keys of the pod template (`patchMergeKey` in k8s.io/api/core/v1/types.go), and of our
 * `sidecar.env`. A list that is not named here is replaced as a whole.
 */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ["name"],
  initContainers: ["name"],
  ephemeralContainers: ["name"],
  volumes: ["name"],
  env: ["name"],
  imagePullSecrets: ["name"],
  resourceClaims: ["name"],
  schedulingGates: ["name"],
  volumeMounts: ["mountPath"],
  volumeDevices: ["devicePath"],
  hostAliases: ["ip"],
  ports: ["containerPort", "protocol"],
  topologySpreadConstraints: ["topologyKey", "whenUnsatisfiable"],
};

const KEY_DEFAULTS: Readonly<Record<string, string>> = { protocol: "TCP" };

/** Half of a probe or of a volume's source makes no sense with the other half of another layer. */
const REPLACED_WHOLE = new Set(["env", "volumes", "startupProbe", "readinessProbe", "livenessProbe"]);

/** Lists merge by key inside these two fields only: elsewhere (`volumeClaimTemplates`, `behavior`) they replace. */
const MERGING_FIELDS = new Set(["template", "sidecar"]);

type Fields = Record<string, unknown>;

/**
 * `upper` over `lower`: maps merge deeply, lists of the pod template by Kubernetes' merge key (lower's entries first, in
 * lower's order), everything else is replaced. Null counts as absent, as for the API server. Neither argument changes.
 */
export function mergeLayers(lower: Fields, upper: Fields, insideTemplate = false): Fields {
  const merged: Fields = { ...lower };
  for (const [field, value] of Object.entries(upper)) {
    if (value === null || value === undefined) continue;
    merged[field] = mergeField(field, own(lower, field), value, insideTemplate || MERGING_FIELDS.has(field));
  }
  return merged;
}

/** n.b. a label may be called `constructor`. */
function own(fields: Fields, field: string): unknown {
  return Object.hasOwn(fields, field) ? fields[field] : undefined;
}

function mergeField(field: string, lower: unknown, upper: unknown, insideTemplate: boolean): unknown {
  if (insideTemplate && REPLACED_WHOLE.has(field) && !Array.isArray(upper)) return upper;
  if (isObject(lower) && isObject(upper)) return mergeLayers(lower, upper, insideTemplate);
  const keys = insideTemplate && Object.hasOwn(MERGE_KEYS, field) ? MERGE_KEYS[field] : undefined;
  if (keys !== undefined && Array.isArray(lower) && Array.isArray(upper)) {
    return mergeLists(lower, upper, keys, REPLACED_WHOLE.has(field));
  }
  return upper;
}

function mergeLists(
  lower: unknown[],
  upper: unknown[],
  keys: readonly string[],
  replaceEntries: boolean,
): unknown[] {
  const merged = [...lower];
  const positions = new Map(lower.map((entry, position) => [identity(entry, keys), position]));
  for (const entry of upper) {
    const position = positions.get(identity(entry, keys));
    if (position === undefined) merged.push(entry);
    else merged[position] = mergeEntry(merged[position], entry, replaceEntries);
  }
  return merged;
}

function mergeEntry(lower: unknown, upper: unknown, replace: boolean): unknown {
  return !replace && isObject(lower) && isObject(upper) ? mergeLayers(lower, upper, true) : upper;
}

function identity(entry: unknown, keys: readonly string[]): string {
  if (!isObject(entry)) return JSON.stringify(entry);
  return JSON.stringify(keys.map((key) => entry[key] ?? KEY_DEFAULTS[key]));
}
