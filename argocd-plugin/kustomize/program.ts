import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { type Environment, textOf } from "../../core/env.ts";

export const KUSTOMIZE_VARIABLE = "ASYA_KUSTOMIZE";

/** The kustomize program, or what was looked for in vain. */
export function kustomizeProgram(env: Environment): { program: string } | { missing: string } {
  const named = textOf(env, KUSTOMIZE_VARIABLE);
  if (named !== undefined)
    // A relative one would be the repository's.
    return isAbsolute(named) && isProgram(named)
      ? { program: named }
      : { missing: `${KUSTOMIZE_VARIABLE} names ${named}, which is no program with an absolute path` };
  // A relative folder of PATH would be one of the repository.
  const folders = (env["PATH"] ?? "").split(delimiter).filter(isAbsolute);
  const program = folders.map((folder) => join(folder, "kustomize")).find(isProgram);
  return program === undefined
    ? { missing: `no kustomize in PATH, and ${KUSTOMIZE_VARIABLE} is not set` }
    : { program };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
