import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Finding, finding } from "../../core/finding.ts";

/** n.b. the names that kustomize looks for. */
const NAMES = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** Files for which kustomize would make other objects of a folder than those that its files say; more than one is its error. */
export function kustomizations(folder: string): string[] {
  return NAMES.filter((name) => existsSync(join(folder, name)));
}

export function notBuilt(file: string, message: string, fix: string): Finding {
  return { ...finding("E047", [], message, fix), file, line: 1, column: 1 };
}

/** @param missing - what was looked for. */
export function withoutKustomize(file: string, missing: string): Finding {
  const message = `must be built by kustomize, which is not here (${missing})`;
  const fix =
    "add kustomize to the plugin's image, or commit what kustomize build prints, in a folder without this file, and let the Application name that folder";
  return notBuilt(file, message, fix);
}
