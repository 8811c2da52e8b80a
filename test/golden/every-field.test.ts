import { expect, test } from "vitest";
import { isObject } from "../../core/json.ts";
import { readYaml } from "../requests.ts";

type Fields = Record<string, unknown>;

const xrd = readYaml("xrds/asyncactor.yaml") as {
  spec: { versions: [{ schema: { openAPIV3Schema: { properties: { spec: Fields } } } }] };
};

/** Deeper than these the fields are Kubernetes', not ours. */
const OTHERS = [
  "workload.template",
  "workload.volumeClaimTemplates",
  "sidecar.env",
  "sidecar.resources",
  "crossplane",
];

test("test/golden/every-field.yaml has every field that the XRD declares", () => {
  const { spec } = readYaml("test/golden/every-field.yaml") as { spec: Fields };
  const declared = fieldsOf(xrd.spec.versions[0].schema.openAPIV3Schema.properties.spec, []);
  expect(declared.length).toBeGreaterThan(40);
  const absent = declared.filter((path) => !has(spec, path.split(".")));
  expect(absent).toEqual([]);
});

function fieldsOf(schema: Fields, path: readonly string[]): string[] {
  const name = path.join(".");
  if (OTHERS.includes(name)) return [name].filter((one) => one !== "crossplane");
  const properties = isObject(schema["properties"]) ? Object.entries(schema["properties"]) : [];
  if (properties.length === 0) return path.length === 0 ? [] : [name];
  return properties.flatMap(([field, child]) => fieldsOf(child as Fields, [...path, field]));
}

function has(value: unknown, path: readonly string[]): boolean {
  const [step, ...rest] = path;
  if (step === undefined) return value !== undefined;
  return isObject(value) && step in value && has(value[step], rest);
}
