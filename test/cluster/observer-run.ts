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
    this.kubeconfig = join(folder, "kubeconfig");
    writeFileSync(this.kubeconfig, JSON.stringify(this.#config()), { mode: 0o600 });
  }

  remove(): void {
    kubectl(this.#cluster, ["delete", "clusterrolebinding,clusterrole", this.#name, "--ignore-not-found"]);
  }

  #config(): object {
    const token = kubectl(this.#cluster, ["create", "token", "asya-observer", "-n", this.#name]).trim();
    const admin = JSON.parse(
      kubectl(this.#cluster, ["config", "view", "--raw", "--minify", "--flatten", "-o", "json"]),
    ) as {
      clusters: object[];
      contexts: { name: string; context: { cluster: string } }[];
    };
    const [context] = admin.contexts;
    return {
      apiVersion: "v1",
      kind: "Config",
      clusters: admin.clusters,
      users: [{ name: "observer", user: { token } }],
      contexts: [{ name: "observer", context: { cluster: context?.context.cluster, user: "observer" } }],
      "current-context": "observer",
    };
  }
}
