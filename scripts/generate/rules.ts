import type { Rule } from "../../core/rule.ts";
import type { Schema } from "../../core/schema.ts";

/** Every CEL rule of a schema with the level where it stands; `[]` and `{}` stand for each item and each member. */
export function rulesOf(schema: Schema, path: readonly string[] = []): Rule[] {
  return [
    ...rulesAt(schema, path),
    ...childrenOf(schema).flatMap(([step, child]) => rulesOf(child, [...path, step])),
  ];
}

function rulesAt(schema: Schema, path: readonly string[]): Rule[] {
  return (schema["x-kubernetes-validations"] ?? []).map(
    ({ rule, message = `failed rule: ${rule}`, fieldPath }) => ({
      path,
      rule,
      message,
      ...(fieldPath === undefined ? {} : { fieldPath }),
      transition: /\boldSelf\b/.test(rule),
    }),
  );
}

function childrenOf(schema: Schema): [string, Schema][] {
  return [
    ...Object.entries(schema.properties ?? {}),
    ...(schema.items === undefined ? [] : [["[]", schema.items] satisfies [string, Schema]]),
    ...(typeof schema.additionalProperties === "object"
      ? [["{}", schema.additionalProperties] satisfies [string, Schema]]
      : []),
  ];
}

export function rulesModule(schema: Schema): string {
  const lines = rulesOf(schema).map((rule) => `  ${JSON.stringify(rule)},`);
  return `import type { Rule } from "../rule.ts";\n\nexport const RULES: readonly Rule[] = [\n${lines.join("\n")}\n];\n`;
}
