import { execFile } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/**
 * A folder under ~/.cache/asya-tests that `make` fills once per machine and version; half-made ones do not count.
 *
 * @param make - is given a folder that it must leave complete; it may not depend on the folder's name.
 */
export async function cached(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(homedir(), ".cache", "asya-tests", name);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    await make(unfinished);
    if (!existsSync(folder)) renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}

export async function run(command: string, ...args: string[]): Promise<void> {
  try {
    await promisify(execFile)(command, args, { timeout: 200_000, maxBuffer: 16 * 1024 * 1024 });
  } catch (cause) {
    const { stderr, stdout } = cause as { stderr?: string; stdout?: string };
    throw new Error(`${command} ${args.join(" ")} failed:\n${(stderr || stdout) ?? ""}`, { cause });
  }
}

export async function isInstalled(command: string, ...args: string[]): Promise<boolean> {
  try {
    await promisify(execFile)(command, args);
    return true;
  } catch {
    return false;
  }
}
