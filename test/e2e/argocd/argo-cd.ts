import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { findCluster, kubectl, type Cluster } from "../../cluster/cluster.ts";
import { Kubernetes } from "../kubernetes.ts";
import type { Undo } from "../undoing.ts";
import { nativePlugin, nextPlugin, type Plugin, releasedPlugin } from "./plugin.ts";

const SETTINGS = resolve(import.meta.dirname, "../../../argocd-plugin/argo-cd/kustomize/argocd-cm.yaml");
const NAMESPACE = "argocd";

/** What an Application may name in `spec.source.plugin.name`. */
export interface Plugins {
  released: string;
  next: string;
  native: string;
}

/** Argo CD with two releases of the plugin, the native server and our settings, for one test file. */
export class ArgoCd {
  readonly kubernetes: Kubernetes;
  readonly plugins: Plugins;
  readonly #origin: string;

  private constructor(kubernetes: Kubernetes, plugins: Plugins, origin: string) {
    this.kubernetes = kubernetes;
    this.plugins = plugins;
    this.#origin = origin;
  }

  /** @param shared - ../shared/cluster. */
  static async start(shared: string, undo: Undo): Promise<ArgoCd> {
    const cluster = findCluster();
    if (cluster === undefined) throw new Error("the cluster is gone");
    const folder = mkdtempSync(join(tmpdir(), "asya-e2e-argocd-"));
    undo(folder, () => rmSync(folder, { recursive: true, force: true }));
    const released = await releasedPlugin(folder);
    const next = await nextPlugin(folder);
    const sockets = join(folder, "sockets");
    mkdirSync(sockets);
    undo("Argo CD's processes", () => run(cluster, join(shared, "argocd/down"), []));
    run(cluster, join(shared, "argocd/up"), arguments_([released, next], sockets));
    const native = await nativePlugin(sockets, undo);
    applySettings(cluster, undo);
    const kubernetes = await Kubernetes.open(cluster, NAMESPACE);
    undo("kubectl proxy", () => kubernetes.close());
    const origin = `http://127.0.0.1:${process.env["ASYA_ARGOCD_PORT"] ?? "18080"}`;
    return new ArgoCd(kubernetes, { released: released.name, next: next.name, native }, origin);
  }

  /** As Argo CD's own page and command line ask. @throws with Argo CD's words. */
  async ask(method: "GET" | "POST", path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.#origin}/api/v1/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: Argo CD answers ${response.status} ${text}`);
    return JSON.parse(text);
  }
}

function arguments_(plugins: readonly Plugin[], sockets: string): string[] {
  return [
    ...plugins.flatMap(({ folder }) => ["--plugin-dir", folder]),
    "--plugin-sock-dir",
    sockets,
    "--without",
    "applicationset,notifications",
  ];
}

function run(cluster: Cluster, program: string, args: readonly string[]): void {
  execFileSync(program, args, { env: cluster.environment, stdio: ["ignore", "ignore", "inherit"] });
}

/** Argo CD takes them within 10 s. What they replace comes back at the end. */
function applySettings(cluster: Cluster, undo: Undo): void {
  const { data } = parse(readFileSync(SETTINGS, "utf8")) as { data: Record<string, string> };
  const args = ["--namespace", NAMESPACE, "configmap", "argocd-cm"];
  const before = JSON.parse(kubectl(cluster, ["get", ...args, "--output=json"])) as {
    data?: Record<string, string>;
  };
  const patch = (values: Record<string, string | null>) =>
    kubectl(cluster, ["patch", ...args, "--type=merge", "--patch", JSON.stringify({ data: values })]);
  undo("Argo CD's settings", () =>
    patch(Object.fromEntries(Object.keys(data).map((key) => [key, before.data?.[key] ?? null]))),
  );
  patch(data);
}
