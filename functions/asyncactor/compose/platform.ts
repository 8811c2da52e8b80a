import { type FieldPath, type Finding, finding, isError, quoteValue } from "../../../core/finding.ts";
import { isObject } from "../../../core/json.ts";
import { renderTransports, type TransportType } from "../../../transports/render.ts";
import { mergeLayers } from "./merge.ts";
import { checkPlatformSchema } from "./schema.ts";

/** The platform's settings as they hold in one namespace, with defaults. */
export interface Platform {
  transports: Record<string, PlatformTransport>;
  sidecar: PlatformSidecar;
  gateway?: { url?: string };
  observability?: { otlpEndpoint?: string };
  claimCheck?: { url?: string };
  /** A layer under flavors and actors' own words: spec's keys. */
  defaults?: Record<string, unknown>;
  limits?: { maxReplicas?: number };
}

export interface PlatformTransport {
  type: TransportType;
  enabled: boolean;
  /** Fits the config schema of `type`. */
  config: unknown;
}

export interface PlatformSidecar {
  image: string;
  imagePullPolicy: "Always" | "IfNotPresent" | "Never";
  imagePullSecrets: { name: string }[];
  resources?: { limits?: Record<string, string | number>; requests?: Record<string, string | number> };
  metricsPort: number;
  /** `*` stands for any characters; undefined = any image. */
  allowedImages?: string[];
}

type Fields = Record<string, unknown>;

const DATA: FieldPath = ["data"];

/**
 * The settings that hold in `namespace`, or what is wrong with them. A mistake in another namespace's part is not this
 * namespace's; `checkPlatform` finds them all.
 *
 * @param data - `data` of EnvironmentConfig `asya-platform`.
 * @returns findings with paths that count from the EnvironmentConfig: `data.sidecar.image`.
 */
export function readPlatform(data: unknown, namespace: string): { platform?: Platform; findings: Finding[] } {
  const layers = layersOf(data, namespace);
  if (layers.base === undefined) return { findings: layers.findings };
  const settings = layers.own === undefined ? layers.base : mergeSettings(layers.base, layers.own);
  const place = (path: FieldPath) => whereWritten(path, layers.own, namespace);
  const structure = checkPlatformSchema(settings).map((one) => ({ ...one, path: place(one.path) }));
  const findings = [...layers.findings, ...structure];
  if (findings.some(isError)) return { findings };
  const platform = withDefaults(settings);
  findings.push(...configFindings(platform).map((one) => ({ ...one, path: place(one.path) })));
  return findings.some(isError) ? { findings } : { platform, findings };
}

/** Everything that is wrong with the settings, in whatever namespace they hold. */
export function checkPlatform(data: unknown): Finding[] {
  const namespaces = isObject(data) && isObject(data["namespaces"]) ? Object.keys(data["namespaces"]) : [];
  const all = ["", ...namespaces].flatMap((namespace) => readPlatform(data, namespace).findings);
  const seen = new Set<string>();
  return all.filter((one) => {
    const identity = JSON.stringify([one.code, one.path, one.message]);
    return !seen.has(identity) && seen.add(identity);
  });
}

function layersOf(data: unknown, namespace: string): { base?: Fields; own?: Fields; findings: Finding[] } {
  if (!isObject(data)) return { findings: [notAMapping(DATA, data)] };
  const { namespaces, ...base } = data;
  if (namespaces === undefined || namespaces === null) return { base, findings: [] };
  if (!isObject(namespaces)) return { base, findings: [notAMapping([...DATA, "namespaces"], namespaces)] };
  const own = Object.hasOwn(namespaces, namespace) ? namespaces[namespace] : undefined;
  if (own === undefined || own === null) return { base, findings: [] };
  const path = [...DATA, "namespaces", namespace];
  if (!isObject(own)) return { base, findings: [notAMapping(path, own)] };
  if (!("namespaces" in own)) return { base, own, findings: [] };
  const fix = "move it to the top of data";
  return {
    base,
    own,
    findings: [finding("E010", [...path, "namespaces"], "namespaces cannot hold namespaces", fix)],
  };
}

function notAMapping(path: FieldPath, value: unknown): Finding {
  const name = String(path.at(-1));
  return finding(
    "E011",
    path,
    `${name} must be a mapping (got ${quoteValue(value)})`,
    "write keys and values",
  );
}

/** Maps merge deeply and lists replace; `defaults` merges as all layers of a spec do. Null counts as absent. */
function mergeSettings(base: Fields, own: Fields): Fields {
  const merged = mergeMaps(base, own);
  if (isObject(base["defaults"]) && isObject(own["defaults"])) {
    merged["defaults"] = mergeLayers(base["defaults"], own["defaults"]);
  }
  return merged;
}

function mergeMaps(lower: Fields, upper: Fields): Fields {
  const merged: Fields = { ...lower };
  for (const [key, value] of Object.entries(upper)) {
    if (value === null || value === undefined) continue;
    const below = Object.hasOwn(lower, key) ? lower[key] : undefined;
    merged[key] = isObject(below) && isObject(value) ? mergeMaps(below, value) : value;
  }
  return merged;
}

/** Settings that fit the schema, null counting as absent, with the defaults in place. */
function withDefaults(settings: Fields): Platform {
  const present = withoutNull(settings) as Omit<Platform, "transports" | "sidecar"> & {
    transports: Record<string, Partial<PlatformTransport> & { type: TransportType }>;
    sidecar: Partial<PlatformSidecar> & { image: string };
  };
  const transports = Object.entries(present.transports).map(([name, entry]): [string, PlatformTransport] => [
    name,
    { enabled: true, config: {}, ...entry },
  ]);
  return {
    ...present,
    transports: Object.fromEntries(transports),
    sidecar: { imagePullPolicy: "IfNotPresent", imagePullSecrets: [], metricsPort: 8080, ...present.sidecar },
  };
}

function withoutNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNull);
  if (!isObject(value)) return value;
  const present = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(present.map(([key, member]) => [key, withoutNull(member)]));
}

/** What a transport says of its config beyond the schema; a transport that is off is not judged. */
function configFindings({ transports }: Platform): Finding[] {
  return Object.entries(transports).flatMap(([name, { type, enabled, config }]) => {
    return enabled ? renderTransports[type].checkConfig(config, ["transports", name, "config"]) : [];
  });
}

/** Where to correct it: in the namespace's own part if the value stands there. */
function whereWritten(path: FieldPath, own: Fields | undefined, namespace: string): FieldPath {
  const [first] = path;
  const inOwn = own !== undefined && first !== undefined && depthOf(own, path) >= path.length;
  return inOwn ? [...DATA, "namespaces", namespace, ...path] : [...DATA, ...path];
}

function depthOf(value: unknown, path: FieldPath): number {
  let depth = 0;
  for (let at = value; depth < path.length; depth++) {
    const step = path[depth];
    if (step === undefined || typeof at !== "object" || at === null || !Object.hasOwn(at, step)) break;
    at = (at as Record<string | number, unknown>)[step];
  }
  return depth;
}
