import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { VARIABLES } from "./settings.ts";
import { TRANSPORT_VARIABLES } from "./transport-variables.ts";

const ROOT = resolve(import.meta.dirname, "..");
const known = new Set([
  ...Object.values(VARIABLES).map(({ name }) => name),
  ...Object.values(TRANSPORT_VARIABLES)
    .flat()
    .map(({ name }) => name),
]);

test.each([
  ...globSync("transports/*/settings.ts", { cwd: ROOT }),
  "functions/asyncactor/compose/sidecar-container.ts",
])("every variable of %s stands in the tables that docs/settings.md is made of", (path) => {
  const names = readFileSync(resolve(ROOT, path), "utf8").match(/\bASYA_[A-Z_]+\b/g) ?? [];
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !known.has(name))).toEqual([]);
});
