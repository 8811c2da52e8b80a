import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Schema } from "../../core/schema.ts";

/** Types whose declarations do not say what JSON they are. */
const SCALARS: Readonly<Record<string, Schema>> = {
  Quantity: { type: ["string", "number"] },
  IntOrString: { type: ["integer", "string"] },
  Time: { type: "string" },
  MicroTime: { type: "string" },
  FieldsV1: { type: "object" },
};

/**
 * Keys of lists that server-side apply treats as maps (`listMapKey` in k8s.io/api/core/v1/types.go): the declarations
 * do not have them.
 */
const LIST_MAP_KEYS: Readonly<Record<string, readonly string[]>> = {
  "Container.env": ["name"],
  "Container.ports": ["containerPort", "protocol"],
  "Container.volumeDevices": ["devicePath"],
  "Container.volumeMounts": ["mountPath"],
  "PodSpec.containers": ["name"],
  "PodSpec.ephemeralContainers": ["name"],
  "PodSpec.hostAliases": ["ip"],
  "PodSpec.imagePullSecrets": ["name"],
  "PodSpec.initContainers": ["name"],
  "PodSpec.resourceClaims": ["name"],
  "PodSpec.schedulingGates": ["name"],
  "PodSpec.topologySpreadConstraints": ["topologyKey", "whenUnsatisfiable"],
  "PodSpec.volumes": ["name"],
  "ResourceRequirements.claims": ["name"],
};

const MEMBER_INDENT = " {4}";
const INNER_INDENT = " {8}";

/** The declarations say `number`; every other whole number of a pod or a claim has 32 bits in Kubernetes' OpenAPI. */
const INT64: ReadonlySet<string> = new Set([
  "ObjectMeta.deletionGracePeriodSeconds",
  "ObjectMeta.generation",
  "PodSecurityContext.fsGroup",
  "PodSecurityContext.runAsGroup",
  "PodSecurityContext.runAsUser",
  "PodSecurityContext.supplementalGroups",
  "PodSpec.activeDeadlineSeconds",
  "PodSpec.terminationGracePeriodSeconds",
  "Probe.terminationGracePeriodSeconds",
  "SecurityContext.runAsGroup",
  "SecurityContext.runAsUser",
  "ServiceAccountTokenProjection.expirationSeconds",
  "SleepAction.seconds",
  "Toleration.tolerationSeconds",
]);

/** Schemas by name, read from the TypeScript declarations of an installed `kubernetes-models`. */
export class KubernetesModels {
  readonly #packageFolder: string;
  readonly definitions: Record<string, Schema> = {};

  constructor(packageFolder: string) {
    this.#packageFolder = packageFolder;
  }

  /** A schema that refers to the named type; the type and all that it uses are in `definitions` afterwards. */
  reference(path: string): Schema {
    return this.#referTo(join(this.#packageFolder, `${path}.d.ts`));
  }

  #referTo(file: string): Schema {
    const name = /([A-Za-z0-9]+)\.d\.ts$/.exec(file)?.[1];
    if (name === undefined) throw new Error(`${file} is no declaration of a type`);
    const scalar = SCALARS[name];
    if (scalar !== undefined) return scalar;
    if (this.definitions[name] === undefined) {
      this.definitions[name] = {};
      this.definitions[name] = this.#read(file, name);
    }
    return { $ref: `#/definitions/${name}` };
  }

  #read(file: string, name: string): Schema {
    const text = readFileSync(file, "utf8")
      .replace(/\/\*[^]*?\*\//g, "")
      .replace(/^\s*\n/gm, "");
    const imports = new Map(
      [...text.matchAll(/^import \{ (\w+) \} from "(.+)";$/gm)].map((match) => [
        match[1] ?? "",
        match[2] ?? "",
      ]),
    );
    const body = new RegExp(`^export interface I${name}( extends TypeMeta)? \\{\\n([^]*?)^\\}`, "m").exec(
      text,
    )?.[2];
    if (body === undefined) throw new Error(`${file} has no interface I${name}`);
    const typeOf = (type: string, field: string): Schema => {
      const list = /^Array<([^]+)>$/.exec(type)?.[1];
      if (list !== undefined) return { type: "array", items: typeOf(list, field) };
      const map = /^\{\s*\[key: string\]: ([^]+);\s*\}$/.exec(type)?.[1];
      if (map !== undefined) return { type: "object", additionalProperties: typeOf(map, field) };
      const members = /^\{\n( {8}"[^]*)^ {4}\}$/m.exec(type)?.[1];
      if (members !== undefined) return objectOf(members, INNER_INDENT);
      if (/^"[^"]*"( \| "[^"]*")*$/.test(type)) {
        return { type: "string", enum: type.split(" | ").map((one): unknown => JSON.parse(one)) };
      }
      // n.b. no field of a pod or a claim is a fraction, except quantities.
      if (type === "number")
        return { type: "integer", format: INT64.has(`${name}.${field}`) ? "int64" : "int32" };
      if (type === "string" || type === "boolean") return { type };
      const source = imports.get(type);
      if (source === undefined) throw new Error(`${file} uses ${type}, which this generator does not know`);
      return this.#referTo(this.#resolve(file, source));
    };
    const objectOf = (members: string, indent: string): Schema => {
      const properties: Record<string, Schema> = {};
      const required: string[] = [];
      const member = new RegExp(`^${indent}"([^"]+)"(\\?)?: ([^]*?);\n(?=${indent}"|$(?![^]))`, "gm");
      for (const [, field = "", optional, type = ""] of members.matchAll(member)) {
        const keys = LIST_MAP_KEYS[`${name.replace(/^EphemeralContainer$/, "Container")}.${field}`];
        properties[field] = {
          ...typeOf(type, field),
          ...(keys === undefined ? {} : { "x-kubernetes-list-map-keys": keys }),
        };
        if (optional === undefined) required.push(field);
      }
      return { type: "object", properties, ...(required.length === 0 ? {} : { required }) };
    };
    return objectOf(body, MEMBER_INDENT);
  }

  #resolve(file: string, source: string): string {
    const path = `${source.replace(/\.js$/, "")}.d.ts`;
    if (source.startsWith(".")) return resolve(dirname(file), path);
    const inside = join(this.#packageFolder, "node_modules", path);
    return existsSync(inside) ? inside : join(this.#packageFolder, "..", path);
  }
}

/** The newest schema's definitions; fields that `oldest` lacks are marked. */
export function markNewerFields(
  newest: Readonly<Record<string, Schema>>,
  oldest: Readonly<Record<string, Schema>>,
): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(newest).map(([name, schema]) => {
      const before = oldest[name]?.properties;
      if (before === undefined || schema.properties === undefined) return [name, schema];
      const properties = Object.entries(schema.properties).map(([field, type]): [string, Schema] => [
        field,
        Object.hasOwn(before, field) ? type : { ...type, "x-asya-newer": true },
      ]);
      return [name, { ...schema, properties: Object.fromEntries(properties) }];
    }),
  );
}
