import type { Environment } from "../core/env.ts";
import { type Progress, UNWATCHED } from "./deadline/progress.ts";
import { kustomizeBuild } from "./kustomize/build.ts";
import { kustomizations, notBuilt, withoutKustomize } from "./kustomize/kustomization.ts";
import { kustomizeProgram } from "./kustomize/program.ts";
import { type FolderContent, oversized, readBuilt, readFolder } from "./read/folder.ts";
import { LIMITS } from "./read/limits.ts";

interface Options {
  /** Stands before the names of files: "" names them as seen from the folder. */
  prefix?: string;
  progress?: Progress;
  /** Says where kustomize is. */
  env?: Environment;
  buildMs?: number;
}

/** n.b. the native server gives up a call after 50 s. */
const BUILD_MS = 40_000;

/** The objects that an Application's folder means: those that its files say, or where it has a kustomization what is built. */
export async function readApplication(
  folder: string,
  { prefix = "", progress = UNWATCHED, env = process.env, buildMs = BUILD_MS }: Options = {},
): Promise<FolderContent> {
  const [name, ...more] = kustomizations(folder);
  if (name === undefined) return readFolder(folder, { prefix, progress });
  const file = prefix + name;
  const found = kustomizeProgram(env);
  if ("missing" in found) {
    const content = await readFolder(folder, { prefix, progress });
    const instead = new Set([name, ...more].map((each) => prefix + each));
    const others = content.findings.filter((one) => one.file === undefined || !instead.has(one.file));
    return { ...content, findings: [withoutKustomize(file, found.missing), ...others] };
  }
  const { files, findings } = oversized(folder, prefix);
  if (findings.length > 0) return { objects: [], findings, files };
  progress({ phase: "building", done: 0, of: 0, file, bytes: 0 });
  const built = await kustomizeBuild(found.program, folder, { ms: buildMs, bytes: LIMITS.fileBytes });
  if ("text" in built) return { ...(await readBuilt(built.text, file, prefix)), files };
  return { objects: [], findings: [notBuilt(file, built.message, built.fix)], files };
}
