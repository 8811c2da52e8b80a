import type { Kubernetes } from "./kubernetes.ts";

/** Commits of the platform team: a run's settings and flavors. */
export class Platform {
  readonly #kubernetes: Kubernetes;
  readonly #name: string;

  constructor(kubernetes: Kubernetes, name: string) {
    this.#kubernetes = kubernetes;
    this.#name = name;
  }

  /** For the run's namespace alone; null takes a key away. */
  editNamespace(settings: object): void {
    const data = { namespaces: { [this.#kubernetes.namespace]: settings } };
    const change = JSON.stringify({ data });
    this.#kubernetes.kubectl(["patch", "environmentconfig", this.#name, "--type=merge", "-p", change]);
  }

  commitFlavor(flavor: string, data: object): void {
    const metadata = { name: flavor, labels: { "asya.sh/flavor": flavor } };
    const kind = { apiVersion: "apiextensions.crossplane.io/v1beta1", kind: "EnvironmentConfig" };
    this.#kubernetes.kubectl(["apply", "-f", "-"], JSON.stringify({ ...kind, metadata, data }));
  }

  removeFlavor(flavor: string): void {
    this.#kubernetes.kubectl(["delete", "environmentconfig", flavor, "--ignore-not-found"]);
  }
}
