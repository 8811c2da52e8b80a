import { type Finding, finding } from "../../core/finding.ts";
import { type Progress, UNWATCHED } from "../deadline/progress.ts";
import { type Limits, LIMITS } from "./limits.ts";
import { Reading } from "./reading.ts";
import { tooLargeFile, tooLargeFolder } from "./refusals.ts";
import type { SourceObject } from "./source-object.ts";
import { type FoundFile, walkFolder } from "./walk.ts";

export interface FolderContent {
  objects: readonly SourceObject[];
  findings: readonly Finding[];
  /** How many files were looked at. */
  files: number;
}

interface Options {
  limits?: Limits;
  /** Stands before the names of files: "" names them as seen from `path`. */
  prefix?: string;
  progress?: Progress;
}

/** Every Kubernetes object below `path`, and everything that keeps the folder from being read; it never throws for it. */
export async function readFolder(
  path: string,
  { limits = LIMITS, prefix = "", progress = UNWATCHED }: Options = {},
): Promise<FolderContent> {
  const { files, findings } = walkFolder(path, limits, prefix);
  const reading = new Reading(limits, findings);
  const all = files.reduce((sum, file) => sum + file.bytes, 0);
  let bytes = 0;
  for (const [done, file] of files.entries()) {
    progress({ phase: "reading", done, of: files.length, file: file.file, bytes: all });
    bytes += file.bytes;
    const tooLarge = sizeFinding(file, bytes, limits);
    if (tooLarge !== undefined) reading.findings.push(tooLarge);
    else await reading.file(file);
    if (bytes > limits.folderBytes || reading.full) break;
  }
  const nothing = reading.objects.length === 0 && reading.findings.length === 0;
  return {
    objects: reading.objects,
    findings: nothing ? [emptyFolder(files.length, prefix)] : reading.findings,
    files: files.length,
  };
}

/** What of a folder's files is too large to be read, by whoever reads them. */
export function oversized(
  path: string,
  prefix: string,
  limits = LIMITS,
): { files: number; findings: Finding[] } {
  const { files } = walkFolder(path, limits, prefix);
  let bytes = 0;
  for (const file of files) {
    bytes += file.bytes;
    const tooLarge = sizeFinding(file, bytes, limits);
    if (tooLarge !== undefined) return { files: files.length, findings: [tooLarge] };
  }
  return { files: files.length, findings: [] };
}

/**
 * The objects of a text that kustomize printed.
 *
 * @param file - the kustomization, as findings name it.
 * @param prefix - of files in its folder.
 */
export async function readBuilt(
  text: string,
  file: string,
  prefix: string,
  limits = LIMITS,
): Promise<Pick<FolderContent, "objects" | "findings">> {
  const reading = new Reading(limits, []);
  await reading.built(text, file, prefix);
  const nothing = reading.objects.length === 0 && reading.findings.length === 0;
  return { objects: reading.objects, findings: nothing ? [emptyBuild(file)] : reading.findings };
}

function emptyBuild(file: string): Finding {
  const fix = "name resources in it, or correct the Application's path";
  return { ...finding("E004", [], "kustomize build prints no object", fix), file, line: 1, column: 1 };
}

function sizeFinding({ file, bytes }: FoundFile, folderBytes: number, limits: Limits): Finding | undefined {
  if (bytes > limits.fileBytes) return tooLargeFile(file, bytes, limits);
  return folderBytes > limits.folderBytes ? tooLargeFolder(file, limits) : undefined;
}

function emptyFolder(files: number, prefix: string): Finding {
  const what =
    files === 0 ? "has no .yaml, .yml or .json file" : "has files, but no Kubernetes object in them";
  return {
    ...finding("E004", [], `the folder ${what}`, "correct the Application's path, or commit an object"),
    file: prefix === "" ? "." : prefix,
    line: 1,
    column: 1,
  };
}
