import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Schema } from "../../core/schema.ts";

interface Xrd {
  spec: { versions: { name: string; schema: { openAPIV3Schema: Schema } }[] };
}

/** The schema of the XRD's only version. */
export function readXrdSchema(file: string): Schema {
  const xrd = parse(readFileSync(file, "utf8")) as Xrd;
  const [version, ...others] = xrd.spec.versions;
  if (version === undefined || others.length > 0) throw new Error(`${file} must have exactly one version`);
  return version.schema.openAPIV3Schema;
}

/** A property's schema that must be there. */
export function property(schema: Schema, name: string): Schema {
  const found = schema.properties?.[name];
  if (found === undefined) throw new Error(`the XRD's schema has no property ${name}`);
  return found;
}
