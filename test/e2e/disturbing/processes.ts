import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { until } from "../until.ts";

/** The control plane of ../shared/cluster: processes of this machine. */
export interface ControlPlane {
  /** Its commands. */
  shared: string;
  kubeconfig: string;
}

/** Ends one at once, as a crash does. @returns the environment that `start` needs to start it the same way. */
export async function kill({ kubeconfig }: ControlPlane, name: string): Promise<NodeJS.ProcessEnv> {
  const pid = Number(readFileSync(join(dirname(kubeconfig), "pid", name), "utf8").split(" ")[0]);
  const audited = commandOf(pid).includes("--audit-log-path");
  process.kill(pid, "SIGKILL");
  await until(
    `${name} has ended`,
    () => Promise.resolve(commandOf(pid)),
    (command) => command === "",
  );
  return audited ? { AUDIT: "1" } : {};
}

/** All that does not run: those too that ended because another was away, as a kubelet starts them again. */
export function start({ shared }: ControlPlane, environment: NodeJS.ProcessEnv): void {
  execFileSync(join(shared, "up"), [], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** Empty for a zombie, too, and where there is no such process. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
