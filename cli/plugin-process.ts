import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { Manifest } from "../core/manifest.ts";
import { programFile } from "./programs.ts";
import { RefusedError } from "./rendered.ts";

/**
 * The Argo CD plugin as Argo CD runs it: a process whose stdout is the checked objects. Its warnings go to stderr.
 *
 * @throws {RefusedError} with the plugin's own lines where it refuses the folder.
 */
export async function runPlugin(folder: string): Promise<Manifest[]> {
  const plugin = spawn(process.execPath, [programFile("plugin"), "generate", folder], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(plugin, "exit") as Promise<[number | null]>;
  const [stdout, stderr, [status]] = await Promise.all([text(plugin.stdout), text(plugin.stderr), exited]);
  if (status !== 0) throw new RefusedError(stderr.trim());
  if (stderr !== "") process.stderr.write(stderr);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Manifest);
}
