import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

export const RUNTIME_FILE = "asya_runtime.py";

/** The runtime cannot be installed; the text names the path and what to do. */
export class InstallError extends Error {
  override readonly name = "InstallError";
}

/** The first of `folders` that holds the runtime's one file. */
export function findRuntime(folders: readonly string[]): string {
  const files = folders.map((folder) => join(folder, RUNTIME_FILE));
  const found = files.find((file) => existsSync(file));
  if (found === undefined) {
    throw new InstallError(`${RUNTIME_FILE} is missing from this image: there is no ${files.join(", no ")}`);
  }
  return found;
}

/**
 * Copies the runtime into `folder`: whoever opens the file sees the old one or the new one, never half of it.
 *
 * @returns the installed file.
 * @throws {InstallError}
 */
export function installRuntime(source: string, folder: string): string {
  checkFolder(folder);
  const target = join(folder, RUNTIME_FILE);
  let partial: string | undefined;
  try {
    partial = mkdtempSync(join(folder, `.${RUNTIME_FILE}-`));
    const file = join(partial, RUNTIME_FILE);
    writeFileSync(file, readFileSync(source), { flush: true });
    // n.b. the mode given to open is cut by the umask; the handler's user is not ours.
    chmodSync(file, 0o644);
    renameSync(file, target);
  } catch (cause) {
    throw new InstallError(`cannot write ${target}: ${reasonOf(cause)}`, { cause });
  } finally {
    if (partial !== undefined) rmSync(partial, { recursive: true, force: true });
  }
  return target;
}

function checkFolder(folder: string): void {
  let isFolder: boolean;
  try {
    isFolder = statSync(folder).isDirectory();
  } catch (cause) {
    throw new InstallError(`cannot install into ${folder}: ${reasonOf(cause)} - mount a volume there`, {
      cause,
    });
  }
  if (!isFolder)
    throw new InstallError(`cannot install into ${folder}: it is no folder - mount a volume there`);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
