import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseAllDocuments } from "yaml";
import { freshBundle, OBSERVER } from "../../scripts/build.ts";
import { type Cluster, kubectl } from "./cluster.ts";

interface LogLine {
  level: string;
  msg: string;
  port?: number;
  reason?: string;
}

/** Whether an observer is installed that looks after all namespaces: it would write what a test counts. */
export function isObserved(cluster: Cluster): boolean {
  const query = ["get", "deployments", "-A", "-l", "app.kubernetes.io/name=asya-observer", "-o", "name"];
  const found = kubectl(cluster, query).trim() !== "";
  if (!found) return false;
  const message = "another observer is at work in this cluster: kubectl delete namespace asya-system";
  if (process.env["CI"] === "true") throw new Error(message);
  process.stderr.write(`skipped: tests of the observer, ${message}\n`);
  return true;
}

/** An observer as a process, with the rights of observer/rbac.yaml and no others. */
export class RunningObserver {
  readonly log: LogLine[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, "exit").then(([code]) => code as number | null);
    const lines = createInterface({ input: child.stdout! });
    lines.on("line", (line) => this.log.push(JSON.parse(line) as LogLine));
  }

  static async start(kubeconfig: string, namespace: string, name: string): Promise<RunningObserver> {
    const child = spawn(process.execPath, [await freshBundle(OBSERVER)], {
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        KUBECONFIG: kubeconfig,
        WATCH_NAMESPACE: namespace,
        POD_NAMESPACE: namespace,
        POD_NAME: name,
        ASYA_METRICS_ADDR: "127.0.0.1:0",
      },
    });
    return new RunningObserver(child);
  }

  said(message: string): boolean {
    return this.log.some(({ msg }) => msg === message);
  }

  /** Its metrics page, or what it says of being ready. */
  async page(path: "/metrics" | "/ready"): Promise<string> {
    const port = this.log.find(({ msg }) => msg === "started")?.port;
    if (port === undefined) return "";
    return (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  }

  async writes(): Promise<number> {
    const [, count] =
      /^asya_observer_writes_total\{outcome="ok"\} (\d+)/m.exec(await this.page("/metrics")) ?? [];
    return Number(count ?? 0);
  }

  async end(signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
    this.#child.kill(signal);
    return this.#ended;
  }
}

/** A kubeconfig of a service account with observer/rbac.yaml, in a namespace of its own. */
export class ObserverRights {
  readonly kubeconfig: string;
  /** The API server. */
  readonly server: URL;
  readonly #config: KubeConfiguration;
  readonly #cluster: Cluster;
  readonly #name: string;

  constructor(cluster: Cluster, namespace: string, folder: string) {
    this.#cluster = cluster;
    this.#name = namespace;
    const file = join(import.meta.dirname, "../../observer/rbac.yaml");
    const objects = parseAllDocuments(readFileSync(file, "utf8")).map(
      (document) =>
        document.toJS() as {
          kind: string;
          metadata: { name: string; namespace?: string };
          roleRef?: { name: string };
          subjects?: { namespace: string }[];
        },
    );
    for (const object of objects) {
      if (object.kind.startsWith("Cluster")) object.metadata.name = namespace;
      else object.metadata.namespace = namespace;
      if (object.kind === "ClusterRoleBinding") object.roleRef!.name = namespace;
      for (const subject of object.subjects ?? []) subject.namespace = namespace;
    }
    const items = objects.filter(({ kind }) => kind !== "Namespace");
    kubectl(cluster, ["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    this.#config = configuration(cluster, namespace);
    this.server = new URL(this.#config.clusters[0]?.cluster["server"] ?? "");
    this.kubeconfig = join(folder, "kubeconfig");
    writeFileSync(this.kubeconfig, JSON.stringify(this.#config), { mode: 0o600 });
  }

  /** A kubeconfig with the same rights by way of a port of this machine. */
  through(port: number, folder: string): string {
    const config = structuredClone(this.#config);
    // n.b. A name that is in every API server's certificate.
    const there = { server: `https://127.0.0.1:${port}`, "tls-server-name": "kubernetes.default.svc" };
    for (const { cluster } of config.clusters) Object.assign(cluster, there);
    const file = join(folder, `kubeconfig-${port}`);
    writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
    return file;
  }

  remove(): void {
    kubectl(this.#cluster, ["delete", "clusterrolebinding,clusterrole", this.#name, "--ignore-not-found"]);
  }
}

interface KubeConfiguration {
  clusters: { cluster: Record<string, string> }[];
  contexts: { name: string; context: { cluster: string; user: string } }[];
  users: object[];
  [field: string]: unknown;
}

function configuration(cluster: Cluster, namespace: string): KubeConfiguration {
  const token = kubectl(cluster, ["create", "token", "asya-observer", "-n", namespace]).trim();
  const view = ["config", "view", "--raw", "--minify", "--flatten", "-o", "json"];
  const admin = JSON.parse(kubectl(cluster, view)) as KubeConfiguration;
  const context = { cluster: admin.contexts[0]?.context.cluster ?? "", user: "observer" };
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: admin.clusters,
    users: [{ name: "observer", user: { token } }],
    contexts: [{ name: "observer", context }],
    "current-context": "observer",
  };
}
