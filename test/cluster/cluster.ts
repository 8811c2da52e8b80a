import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";

const HOME = process.env["ASYA_CLUSTER_HOME"] ?? join(homedir(), ".cache/asya-cluster");
const PROVIDE = "../shared/cluster/build && ../shared/cluster/up";

/** A Kubernetes API server that tests may use. */
export interface Cluster {
  environment: NodeJS.ProcessEnv;
}

export interface Answer {
  status: number;
  /** A Kubernetes object: what was asked for, or a Status. */
  body: Record<string, unknown>;
  /** Why the request was refused; "" where it was not. */
  message: string;
}

/**
 * The cluster of KUBECONFIG, or else the one of shared/cluster. Where there is none, says how to get one; with
 * `CI=true` that is an error.
 */
export function findCluster(): Cluster | undefined {
  const own = join(HOME, "run/admin.kubeconfig");
  const kubeconfig = process.env["KUBECONFIG"] ?? (existsSync(own) ? own : undefined);
  const path = [process.env["PATH"], join(HOME, "bin")].join(delimiter);
  const cluster = {
    environment: {
      ...process.env,
      PATH: path,
      ...(kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig }),
    },
  };
  const probe =
    kubeconfig === undefined ? undefined : run(cluster, ["get", "--raw", "/readyz", "--request-timeout=5s"]);
  if (probe?.status === 0) return cluster;
  const why =
    kubeconfig === undefined
      ? "no KUBECONFIG"
      : `${kubeconfig}: ${(probe?.stderr ?? "").trim() || "kubectl not found"}`;
  const message = `no cluster for the tests of test/cluster (${why}); to get one: ${PROVIDE}`;
  if (process.env["CI"] === "true") throw new Error(message);
  process.stderr.write(`skipped: ${message}\n`);
  return undefined;
}

/** Runs kubectl; its output, or an error with kubectl's words. */
export function kubectl(cluster: Cluster, args: readonly string[], input?: string): string {
  const result = run(cluster, args, input);
  if (result.status !== 0)
    throw new Error(`kubectl ${args.join(" ")}: ${result.stderr || String(result.error)}`);
  return result.stdout;
}

function run(cluster: Cluster, args: readonly string[], input?: string) {
  return spawnSync("kubectl", args, {
    env: cluster.environment,
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
    ...(input === undefined ? {} : { input }),
  });
}

/** The cluster's API over HTTP while `close` was not called. */
export class ApiServer {
  readonly #origin: string;
  readonly close: () => void;

  private constructor(origin: string, close: () => void) {
    this.#origin = origin;
    this.close = close;
  }

  /** kubectl proxy brings every form of authentication that a kubeconfig knows. */
  static async open(cluster: Cluster): Promise<ApiServer> {
    const proxy = spawn("kubectl", ["proxy", "--port=0", "--disable-filter=false"], {
      env: cluster.environment,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(createInterface(proxy.stdout), "line")) as [string];
    const address = /127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (address === undefined) throw new Error(`kubectl proxy says ${line}`);
    return new ApiServer(`http://${address}`, () => void proxy.kill());
  }

  request(method: string, path: string, object?: unknown): Promise<Answer> {
    return this.#send(method, path, "application/json", object);
  }

  /** Server-side apply that changes nothing. */
  apply(path: string, object: unknown): Promise<Answer> {
    return this.#send(
      "PATCH",
      `${path}?fieldManager=asya-test&force=true&dryRun=All`,
      "application/apply-patch+yaml",
      object,
    );
  }

  mergeStatus(path: string, status: object): Promise<Answer> {
    return this.#send("PATCH", `${path}/status?fieldValidation=Strict`, "application/merge-patch+json", {
      status,
    });
  }

  async #send(method: string, path: string, contentType: string, object: unknown): Promise<Answer> {
    const response = await fetch(this.#origin + path, {
      method,
      headers: { "content-type": contentType },
      ...(object === undefined ? {} : { body: JSON.stringify(object) }),
    });
    const body = (await response.json()) as Record<string, unknown>;
    const message = !response.ok && typeof body["message"] === "string" ? body["message"] : "";
    return { status: response.status, body, message };
  }
}
