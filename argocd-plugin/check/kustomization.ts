import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Finding, finding } from "../../core/finding.ts";

/** n.b. the names that kustomize looks for. */
const NAMES = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** E047 where kustomize would make other objects of a folder than those that its files say. */
export function kustomizationFindings(folder: string): Finding[] {
  return NAMES.filter((name) => existsSync(join(folder, name))).map((file) => {
    const message = "must be built by kustomize, which the plugin does not run";
    const fix =
      "commit what kustomize build prints, in a folder without this file, and let the Application name that folder";
    return { ...finding("E047", [], message, fix), file, line: 1, column: 1 };
  });
}
