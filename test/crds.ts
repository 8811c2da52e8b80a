import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { formatPath } from "../core/finding.ts";
import { isObject } from "../core/json.ts";
import { checkSchema } from "../core/schema-check.ts";
import type { Schema } from "../core/schema.ts";
import { judgeRules } from "../functions/asyncactor/compose/rules.ts";
import { actorSchema } from "../scripts/generate/actor-schemas.ts";
import { KubernetesModels } from "../scripts/generate/kubernetes-models.ts";
import { rulesOf } from "../scripts/generate/rules.ts";
import { property, readXrdSchema } from "../scripts/generate/xrd.ts";

const root = resolve(import.meta.dirname, "..");
const shared = resolve(root, "../shared/crds");

/** Says what an API server with the real CRDs would refuse. */
export interface CrdValidator {
  /** One line for each violation: unknown fields, types, values, missing fields, the CRD's CEL rules. */
  violations(object: unknown): string[];
}

interface CustomResourceDefinition {
  spec: { names: { kind: string }; versions: { name: string; schema: { openAPIV3Schema: Schema } }[] };
}

/**
 * Schemas of shared/crds beside the checkout for everybody's kinds, of Kubernetes 1.36 for its own.
 *
 * @param more - folders with more CRDs.
 * @returns undefined where that folder is not there, and says so.
 */
export function crdValidator(more: readonly string[] = []): CrdValidator | undefined {
  if (!existsSync(shared)) {
    process.stderr.write(`skipped: no validation by the real CRDs, because ${shared} is not there\n`);
    return undefined;
  }
  const models = new KubernetesModels(join(root, "node_modules/kubernetes-models"));
  const schemaOf = schemasIn([shared, ...more]);
  return { violations: (object) => violationsOf(object, models, schemaOf) };
}

type SchemaOf = (apiVersion: string, kind: string) => Schema | undefined;

function violationsOf(object: unknown, models: KubernetesModels, schemaOf: SchemaOf): string[] {
  if (!isObject(object)) return ["is not an object"];
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== "string" || typeof kind !== "string") return ["has no apiVersion or kind"];
  const schema = schemaOf(apiVersion, kind) ?? builtIn(apiVersion, kind, models);
  if (schema === undefined) return [`${apiVersion} ${kind} is a kind without a schema`];
  const broken = checkSchema(schema, object, []).violations.map(
    ({ path, message }) => `${formatPath(path)}: ${message}`,
  );
  const defaulted = withDefaults(schema, object);
  const rules = judgeRules(defaulted, undefined, rulesOf(schema).map(unescaped)).filter(
    ({ verdict }) => verdict !== "holds",
  );
  return [
    ...broken,
    ...rules.map(({ path, rule, verdict }) => `${formatPath(path)}: ${rule.message} (${String(verdict)})`),
  ];
}

/** n.b. Kubernetes writes fields whose names CEL reserves as __namespace__; cel-js takes them as they are. */
function unescaped<Rule extends { rule: string }>(rule: Rule): Rule {
  return { ...rule, rule: rule.rule.replace(/\b__([a-z]+)__\b/g, "$1") };
}

/** The schema of a CRD in these folders, with the fields that every object has. */
function schemasIn(folders: readonly string[]): SchemaOf {
  const schemas = new Map<string, Schema | undefined>();
  return (apiVersion, kind) => {
    const key = `${apiVersion} ${kind}`;
    if (!schemas.has(key)) schemas.set(key, readSchema(folders, apiVersion, kind));
    return schemas.get(key);
  };
}

function readSchema(folders: readonly string[], apiVersion: string, kind: string): Schema | undefined {
  if (apiVersion === "asya.sh/v1alpha1" && kind === "AsyncActor") return compositeSchema();
  const [group = "", version = ""] = apiVersion.split("/");
  const isOfKind = new RegExp(`^ {4}kind: ${kind}$`, "m");
  const text = folders
    .flatMap((folder) => filesOf(folder, group).map((file) => readFileSync(join(folder, file), "utf8")))
    .find((one) => isOfKind.test(one) && one.includes(`\n  group: ${group}\n`));
  if (text === undefined) return undefined;
  const { spec } = parse(text) as CustomResourceDefinition;
  const schema = spec.versions.find(({ name }) => name === version)?.schema.openAPIV3Schema;
  if (schema === undefined) return undefined;
  const metadata: Schema = {
    type: "object",
    required: ["name"],
    "x-kubernetes-preserve-unknown-fields": true,
  };
  return { ...schema, properties: { ...schema.properties, metadata } };
}

/** n.b. Controller tools name a CRD's file by its group; Argo CD does not. */
function filesOf(folder: string, group: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files.filter((file) => {
    const name = file.split("/").at(-1) ?? "";
    return name.startsWith(`${group}_`) || name.endsWith("-crd.yaml");
  });
}

/** The XRD's schema as Crossplane makes a CRD of it: with its own fields in spec and status. */
function compositeSchema(): Schema {
  const xrd = readXrdSchema(join(root, "xrds/asyncactor.yaml"));
  const { properties } = actorSchema(xrd);
  const status = property(xrd, "status");
  const open: Schema = { "x-kubernetes-preserve-unknown-fields": true };
  const ours = { ...status.properties, conditions: open, crossplane: open };
  return {
    ...xrd,
    properties: {
      ...properties,
      spec: {
        ...property(xrd, "spec"),
        properties: { ...property(xrd, "spec").properties, crossplane: open },
      },
      status: { ...status, properties: ours },
    },
  };
}

function builtIn(apiVersion: string, kind: string, models: KubernetesModels): Schema | undefined {
  const path = `${apiVersion}/${kind}`;
  if (!existsSync(join(root, "node_modules/kubernetes-models", `${path}.d.ts`))) return undefined;
  return { ...models.reference(path), definitions: models.definitions };
}

/** The object as the API server holds it before it judges rules. */
function withDefaults(schema: Schema, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withDefaults(schema.items ?? {}, item));
  if (!isObject(value)) return value;
  const filled: Record<string, unknown> = { ...value };
  for (const [field, child] of Object.entries(schema.properties ?? {})) {
    const present = filled[field] ?? child.default;
    if (present !== undefined) filled[field] = withDefaults(child, present);
  }
  return filled;
}
