import { type FieldPath, type Finding, finding } from "../../../core/finding.ts";
import type { FindingCode } from "../../../core/findings.ts";
import { KUBERNETES_SCHEMA } from "../../../core/generated/kubernetes.ts";
import { isObject } from "../../../core/json.ts";
import { checkSchema, type Violation, type ViolationKind } from "../../../core/schema-check.ts";
import { dereference } from "../../../core/schema-type.ts";
import type { Schema } from "../../../core/schema.ts";

const CODES: Readonly<Record<ViolationKind, FindingCode>> = {
  unknown: "E030",
  type: "E031",
  value: "E012",
  missing: "E013",
  duplicate: "E018",
};

const KUBERNETES = { nullItems: true };

/**
 * What the newest Kubernetes that we know would refuse in a pod template, and which of its fields the oldest one lacks:
 * only with those, or with a finding, must a cluster be asked for its own schema.
 */
export function checkPodTemplate(
  template: unknown,
  base: FieldPath,
): { findings: Finding[]; newerFields: FieldPath[] } {
  const { violations, newerFields } = checkSchema(definition("PodTemplateSpec"), template, base, KUBERNETES);
  return { findings: violations.map(toFinding), newerFields };
}

/** The same for the specs of `workload.volumeClaimTemplates`. */
export function checkVolumeClaimTemplates(
  templates: readonly unknown[],
  base: FieldPath,
): { findings: Finding[]; newerFields: FieldPath[] } {
  const checks = templates.map((template, index) => {
    const spec = isObject(template) ? template["spec"] : undefined;
    if (!isObject(spec)) return { violations: [], newerFields: [] };
    return checkSchema(definition("PersistentVolumeClaimSpec"), spec, [...base, index, "spec"], KUBERNETES);
  });
  return {
    findings: checks.flatMap(({ violations }) => violations.map(toFinding)),
    newerFields: checks.flatMap(({ newerFields }) => newerFields),
  };
}

/**
 * What this cluster's API server would refuse in a pod template.
 *
 * @param schema - OpenAPI v3 schema of apps/v1 Deployment, as Crossplane answers to a required schema: references are
 *   replaced by what they refer to, and it is empty where Crossplane found none. Then the bundled one judges.
 */
export function checkPodTemplateAgainstCluster(
  schema: unknown,
  template: unknown,
  base: FieldPath,
): Finding[] {
  if (!isObject(schema) || !hasPodTemplate(schema)) return checkPodTemplate(template, base).findings;
  const { violations } = checkSchema(schema, { spec: { template } }, [], KUBERNETES);
  return violations
    .filter(({ path }) => path[0] === "spec" && path[1] === "template")
    .map((violation) => toFinding({ ...violation, path: [...base, ...violation.path.slice(2)] }));
}

function hasPodTemplate(deployment: Schema): boolean {
  const spec = dereference(deployment, deployment).properties?.["spec"];
  return spec !== undefined && dereference(spec, deployment).properties?.["template"] !== undefined;
}

const definitions = new Map<string, Schema>();

function definition(name: string): Schema {
  let found = definitions.get(name);
  if (found === undefined) {
    found = { ...KUBERNETES_SCHEMA, $ref: `#/definitions/${name}` };
    definitions.set(name, found);
  }
  return found;
}

function toFinding({ kind, path, message, fix }: Violation): Finding {
  return finding(CODES[kind], path, message, fix);
}
