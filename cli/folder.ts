import { Findings } from "../argocd-plugin/check/findings.ts";
import { isActor, isPlatform } from "../argocd-plugin/check/world.ts";
import { generate } from "../argocd-plugin/generate.ts";
import { readApplication } from "../argocd-plugin/application.ts";
import { readFolder } from "../argocd-plugin/read/folder.ts";
import { textReport } from "../argocd-plugin/report.ts";
import type { Manifest } from "../core/manifest.ts";
import { PLATFORM_NAME } from "../core/names.ts";
import { BUILT_IN_PLATFORM_DATA } from "./generated/built-in-platform.ts";
import { shownPrefix } from "./shown-path.ts";

/** A folder as the plugin sees it, and the platform that it is judged with. */
export interface CheckedFolder {
  actors: Manifest[];
  /** The folder's objects and what lies beside it: platform and flavors among them. */
  objects: Manifest[];
  findings: Findings;
  files: number;
  platformFrom: "folder" | "file" | "built in";
}

/** A folder with errors must not be rendered: the message is the plugin's report. */
export class FolderError extends Error {
  override name = "FolderError";
  constructor({ findings, files }: CheckedFolder) {
    super(textReport(findings, files).trim());
  }
}

/**
 * Reads and checks a folder as the plugin does; findings may hold errors. `platformFile` (a file or folder of YAML)
 * stands in for a platform that does not lie beside the actors; without it a built-in example does.
 */
export async function checkFolder(path: string, platformFile?: string): Promise<CheckedFolder> {
  const content = await readApplication(path, { prefix: shownPrefix(path) });
  const own = content.objects.map((object) => object.read());
  const extra =
    platformFile === undefined
      ? undefined
      : await readFolder(platformFile, { prefix: shownPrefix(platformFile) });
  const beside = besideOf(
    own,
    (extra?.objects ?? []).map((object) => object.read()),
  );
  const findings = new Findings({ kept: Infinity, notes: true });
  findings.add([...content.findings, ...(extra?.findings ?? [])]);
  const objects = await generate(content.objects, findings, { beside });
  const manifests = objects.map((object) => object.read());
  return {
    actors: manifests.filter(isActor),
    objects: [...manifests, ...beside],
    findings,
    files: content.files,
    platformFrom: own.some(isPlatform) ? "folder" : beside.some(isBuiltIn) ? "built in" : "file",
  };
}

/** @throws {FolderError} where the folder has any error. */
export async function renderableFolder(path: string, platformFile?: string): Promise<CheckedFolder> {
  const folder = await checkFolder(path, platformFile);
  if (folder.findings.count("error") > 0) throw new FolderError(folder);
  return folder;
}

/** What must be added to a folder's objects so that there is a platform. */
export async function platformBeside(
  objects: readonly Manifest[],
  platformFile?: string,
): Promise<Manifest[]> {
  const extra =
    platformFile === undefined
      ? undefined
      : await readFolder(platformFile, { prefix: shownPrefix(platformFile) });
  return besideOf(
    objects,
    (extra?.objects ?? []).map((object) => object.read()),
  );
}

function besideOf(own: readonly Manifest[], extra: readonly Manifest[]): Manifest[] {
  return [...own, ...extra].some(isPlatform) ? [...extra] : [...extra, builtInPlatform];
}

const builtInPlatform: Manifest = {
  apiVersion: "apiextensions.crossplane.io/v1beta1",
  kind: "EnvironmentConfig",
  metadata: { name: PLATFORM_NAME },
  data: BUILT_IN_PLATFORM_DATA,
};

function isBuiltIn(object: Manifest): boolean {
  return object === builtInPlatform;
}
