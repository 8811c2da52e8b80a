import { realpathSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import { isEnvironmentConfig } from "./check/world.ts";
import type { Progress } from "./deadline/progress.ts";
import { ParameterError } from "./parameters.ts";
import { readFolder } from "./read/folder.ts";
import type { FolderContent } from "./read/folder.ts";
import { realPath } from "./read/walk.ts";

/**
 * The root of the repository that a folder is in, as Argo CD says it.
 *
 * @param sourcePath - `ARGOCD_APP_SOURCE_PATH`: the folder, from the root; undefined outside Argo CD.
 */
export function repositoryRoot(folder: string, sourcePath: string | undefined): string {
  const path = sourcePath ?? ".";
  const depth = path.split("/").filter((step) => step !== "" && step !== ".").length;
  return resolve(folder, ...Array.from({ length: depth }, () => ".."));
}

/**
 * Platform and flavors that lie elsewhere in the repository.
 *
 * @throws {ParameterError} for a path that is not there or leads out of the repository.
 */
export async function readBeside(
  root: string,
  paths: Readonly<Record<"platform" | "flavors", string | undefined>>,
  progress: Progress,
): Promise<FolderContent> {
  const contents = await Promise.all(
    Object.entries(paths).flatMap(([name, path]) =>
      path === undefined ? [] : [readFolder(within(root, name, path), { prefix: `${path}/`, progress })],
    ),
  );
  return {
    objects: contents.flatMap(({ objects }) => objects.filter(isEnvironmentConfig)),
    findings: contents.flatMap(({ findings }) => findings),
    files: contents.reduce((sum, { files }) => sum + files, 0),
  };
}

function within(root: string, name: string, path: string): string {
  const place = realPath(resolve(root, path));
  if (place === undefined)
    throw new ParameterError(`parameter ${name}: there is no ${JSON.stringify(path)} in the repository`);
  const away = relative(realpathSync(root), place);
  if (away === ".." || away.startsWith(`..${sep}`))
    throw new ParameterError(`parameter ${name}: ${JSON.stringify(path)} leads out of the repository`);
  return place;
}
