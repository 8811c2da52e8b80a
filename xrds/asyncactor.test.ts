import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { isObject } from "../core/json.ts";
import type { Schema } from "../core/schema.ts";
import { DEFAULTS } from "../functions/asyncactor/compose/defaults.ts";
import { rulesOf } from "../scripts/generate/rules.ts";
import { property, readXrdSchema } from "../scripts/generate/xrd.ts";

const file = join(import.meta.dirname, "asyncactor.yaml");
const schema = readXrdSchema(file);

interface Field {
  path: string;
  schema: Schema;
}

/** Every property of a schema, also of the items of lists. */
function fieldsOf(parent: Schema, path: string): Field[] {
  const own = Object.entries(parent.properties ?? {}).flatMap(([name, child]) => {
    const at = path === "" ? name : `${path}.${name}`;
    return [{ path: at, schema: child }, ...fieldsOf(child, at)];
  });
  const inner = typeof parent.additionalProperties === "object" ? parent.additionalProperties : parent.items;
  return inner === undefined ? own : [...own, ...fieldsOf(inner, `${path}[]`)];
}

/** Plain values of the defaults by their path; lists and what only compose knows are left out. */
function scalarDefaults(value: unknown, path: string): [string, string][] {
  if (!isObject(value)) return Array.isArray(value) ? [] : [[path, String(value)]];
  return Object.entries(value).flatMap(([name, child]) =>
    scalarDefaults(child, path === "" ? name : `${path}.${name}`),
  );
}

describe("the XRD", () => {
  const fields = fieldsOf(property(schema, "spec"), "");

  test("describes every field for kubectl explain, status included", () => {
    const all = [...fields, ...fieldsOf(property(schema, "status"), "status")];
    const silent = all
      .filter((field) => (field.schema.description ?? "").length === 0)
      .map(({ path }) => path);
    expect(silent).toEqual([]);
  });

  test("declares no default, so that platform and flavors can set every field", () => {
    expect(fields.filter((field) => field.schema.default !== undefined)).toEqual([]);
  });

  const defaults = scalarDefaults(DEFAULTS, "").filter(([path]) => !path.startsWith("scaling.behavior."));
  test.each(defaults)("names the built-in default of %s: %s", (path, value) => {
    const description = fields.find((field) => field.path === path)?.schema.description ?? "";
    expect(description).toMatch(new RegExp(`Default ${value}\\b`));
  });

  test("has only rules about the name at its root: any other would block status and deletion of old objects", () => {
    const atRoot = rulesOf(schema).filter(({ path }) => path.length === 0);
    expect(atRoot.map(({ message }) => message.split(" ")[0])).toEqual(atRoot.map(() => "metadata.name"));
    expect(atRoot).toHaveLength(4);
  });

  test("says in each rule's message which field it is about, and what to do", () => {
    for (const { path, message } of rulesOf(schema)) {
      const field = path.filter((step) => step !== "[]").at(-1) ?? "metadata";
      expect(message, message).toMatch(/^.+; .+$/);
      if (field !== "template" && field !== "spec") expect(message).toContain(field);
    }
  });

  test("bounds every text and list of the spec, which is what CEL's cost is computed from", () => {
    const unbounded = fields.filter(({ schema: field }) => {
      if (field.type === "string" && field.enum === undefined) return field.maxLength === undefined;
      return field.type === "array" && field.maxItems === undefined;
    });
    expect(unbounded.map(({ path }) => path)).toEqual([]);
  });

  test("and the Composition are never pruned or deleted by Argo CD", () => {
    for (const name of ["xrds/asyncactor.yaml", "compositions/asyncactor.yaml"]) {
      const { metadata } = parse(readFileSync(join(import.meta.dirname, "..", name), "utf8")) as {
        metadata: { annotations: Record<string, string> };
      };
      expect(metadata.annotations["argocd.argoproj.io/sync-options"]).toBe("Prune=false,Delete=false");
    }
  });
});
