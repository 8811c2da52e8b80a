import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { until } from "../until.ts";

const HOME = process.env["ASYA_CLUSTER_HOME"] ?? join(homedir(), ".cache/asya-cluster");

/** The servers of ../shared/cluster, which are processes of this machine: stopped one by one, started by its `up`. */
export class Servers {
  readonly #folder: string;

  /** @param folder - of `up`. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param name - crossplane, kube-apiserver, keda-operator, ...: as in the cluster's run/pid. */
  async stop(name: string): Promise<void> {
    const [pid = ""] = readFileSync(join(HOME, "run/pid", name), "utf8").split(" ");
    process.kill(Number(pid), "SIGTERM");
    await until(
      `${name} has ended`,
      () => Promise.resolve(isAlive(Number(pid))),
      (alive) => !alive,
      30_000,
    );
  }

  /** Whatever is not running. @param env - of the cluster's README, e.g. CROSSPLANE_ARGS. */
  start(env: Readonly<Record<string, string>> = {}): void {
    execFileSync(join(this.#folder, "up"), {
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
}

function isAlive(pid: number): boolean {
  try {
    // A zombie still answers signals.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
