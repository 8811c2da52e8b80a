import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

const HOME = process.env["ASYA_CLUSTER_HOME"] ?? join(homedir(), ".cache/asya-cluster");
const PROVIDE = {
  argocd: "../shared/cluster/argocd/build",
  kustomize: "../shared/cluster/argocd/build",
  "redis-server": "apt-get install redis-server",
} as const;

/**
 * The path of a real program that tests run. Where it is not there, says so and how to get it; with `CI=true` that is an
 * error.
 */
export function findProgram(name: keyof typeof PROVIDE): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), join(HOME, "bin")];
  const found = folders.map((folder) => join(folder, name)).find(isExecutable);
  if (found !== undefined) return found;
  const message = `no ${name} to run the real one; to get it: ${PROVIDE[name]}`;
  if (process.env["CI"] === "true") throw new Error(message);
  process.stderr.write(`skipped: ${message}\n`);
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
