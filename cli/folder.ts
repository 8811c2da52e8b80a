import { generate } from "../argocd-plugin/generate.ts";
import { readFolder } from "../argocd-plugin/read/folder.ts";
import { type Finding, formatFinding, isError } from "../core/finding.ts";
import type { Manifest } from "../core/manifest.ts";
import { PLATFORM_NAME } from "../core/names.ts";
import { builtInPlatform } from "./built-in-platform.ts";

/** The objects of a folder once every check passed, and the platform that they are rendered with. */
export interface CheckedFolder {
  actors: Manifest[];
  /** Platform and flavors among them. */
  objects: Manifest[];
  findings: Finding[];
  files: number;
  platformFrom: "folder" | "file" | "built in";
}

/** A folder that must not be rendered: each finding stands in a line of its message. */
export class FolderError extends Error {
  override name = "FolderError";
  readonly findings: readonly Finding[];
  constructor(findings: readonly Finding[]) {
    super(findings.map(formatFinding).join("\n"));
    this.findings = findings;
  }
}

/**
 * Reads and checks a folder as the plugin does. `platformFile` (a file or folder of YAML) stands in for what does not lie
 * beside the actors; without it the built-in example does.
 *
 * @throws {FolderError} if there is any error.
 */
export async function checkedFolder(path: string, platformFile?: string): Promise<CheckedFolder> {
  const content = await readFolder(path);
  const platform = platformFile === undefined ? undefined : await readFolder(platformFile);
  const own = content.objects.some(({ object }) => isPlatform(object as unknown as Manifest));
  const extra = (platform?.objects ?? []).map(({ object }) => object as unknown as Manifest);
  const beside = extra.some(isPlatform) || own ? extra : [...extra, builtInPlatform()];
  const generated = generate(content.objects, { beside });
  const findings = [...content.findings, ...(platform?.findings ?? []), ...generated.findings];
  if (findings.some(isError)) throw new FolderError(findings);
  const manifests = generated.manifests as unknown as Manifest[];
  return {
    actors: manifests.filter(({ kind, apiVersion }) => kind === "AsyncActor" && apiVersion.startsWith("asya.sh/")),
    objects: [...manifests, ...beside],
    findings,
    files: content.files,
    platformFrom: own ? "folder" : extra.some(isPlatform) ? "file" : "built in",
  };
}

function isPlatform({ kind, metadata }: Manifest): boolean {
  return kind === "EnvironmentConfig" && metadata.name === PLATFORM_NAME;
}
