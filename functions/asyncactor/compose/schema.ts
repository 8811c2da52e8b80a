import { type FieldPath, type Finding, finding } from "../../../core/finding.ts";
import type { FindingCode } from "../../../core/findings.ts";
import { ACTOR_SCHEMA, PLATFORM_SCHEMA, SPEC_LAYER_SCHEMA } from "../../../core/generated/schemas.ts";
import { checkSchema, type ViolationKind } from "../../../core/schema-check.ts";
import type { Schema } from "../../../core/schema.ts";

/** How a finding is called by what is wrong with a value. */
export const VIOLATION_CODES: Readonly<Record<ViolationKind, FindingCode>> = {
  unknown: "E010",
  type: "E011",
  value: "E012",
  missing: "E013",
  duplicate: "E018",
};

/** What the API server's structural check would refuse in an AsyncActor; status is not looked at. */
export function checkActorSchema(actor: unknown): Finding[] {
  return schemaFindings(ACTOR_SCHEMA, actor, []);
}

/** What is wrong with a layer under actors' own words: a flavor's `data` or the platform's `defaults`. */
export function checkSpecLayer(layer: unknown, base: FieldPath): Finding[] {
  return schemaFindings(SPEC_LAYER_SCHEMA, layer, base);
}

/** What is wrong with `data` of the EnvironmentConfig `asya-platform`. Paths count from `data`. */
export function checkPlatformSchema(data: unknown): Finding[] {
  return schemaFindings(PLATFORM_SCHEMA, data, []);
}

function schemaFindings(schema: Schema, value: unknown, base: FieldPath): Finding[] {
  return checkSchema(schema, value, base).violations.map(({ kind, path, message, fix }) =>
    finding(VIOLATION_CODES[kind], path, message, fix),
  );
}
