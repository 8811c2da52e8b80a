import { at, type Live } from "../kubernetes.ts";
import type { Undo } from "../undoing.ts";
import { until } from "../until.ts";
import type { ArgoCd } from "./argo-cd.ts";
import type { Repository } from "./repository.ts";

const REFRESH = "argocd.argoproj.io/refresh";
const ACTOR = { group: "asya.sh", kind: "AsyncActor", version: "v1alpha1" };

/** What Argo CD makes of an object's health. */
export interface Health {
  status: string;
  message: string;
}

/** One Application with self-heal and prune, which syncs a repository into the run's namespace. */
export class Application {
  readonly name: string;
  readonly #argoCd: ArgoCd;
  readonly #namespace: string;

  /** @param namespace - where its actors go. */
  constructor(argoCd: ArgoCd, name: string, namespace: string) {
    this.#argoCd = argoCd;
    this.name = name;
    this.#namespace = namespace;
  }

  create({ url }: Repository, plugin: string, undo: Undo): void {
    undo(`Application ${this.name}`, () => this.delete());
    this.#argoCd.kubernetes.apply([
      {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Application",
        metadata: { name: this.name, finalizers: ["resources-finalizer.argocd.argoproj.io"] },
        spec: {
          project: "default",
          source: { repoURL: url, targetRevision: "main", path: ".", plugin: { name: plugin } },
          destination: { server: "https://kubernetes.default.svc", namespace: this.#namespace },
          syncPolicy: { automated: { prune: true, selfHeal: true } },
        },
      },
    ]);
  }

  async live(): Promise<Live> {
    return await this.#argoCd.kubernetes.get("applications", this.name);
  }

  /** Looks at Git again. @param kind - hard also renders what was rendered before. */
  async refresh(kind: "normal" | "hard" = "normal"): Promise<void> {
    this.#argoCd.kubernetes.annotate("applications", this.name, { [REFRESH]: kind });
    await until(
      `${this.name} has looked at Git`,
      async () => (await this.live()).metadata.annotations?.[REFRESH],
      (asked) => asked === undefined,
    );
  }

  async reaches(sync: string, health: string, withinMs?: number): Promise<void> {
    await until(
      `${this.name} is ${sync} and ${health}`,
      async () => {
        const { status } = await this.live();
        return {
          sync: at(status, "sync", "status"),
          health: at(status, "health", "status"),
          conditions: status?.["conditions"],
          operation: at(status, "operationState", "message"),
        };
      },
      (seen) => seen.sync === sync && seen.health === health,
      withinMs,
    );
  }

  /** The words of a condition; undefined where Argo CD shows none of that type. */
  async says(type: string): Promise<string | undefined> {
    const conditions = ((await this.live()).status?.["conditions"] ?? []) as Record<string, string>[];
    return conditions.find((one) => one["type"] === type)?.["message"];
  }

  usePlugin(name: string): void {
    this.#argoCd.kubernetes.patch("applications", this.name, { spec: { source: { plugin: { name } } } });
  }

  /** What is to be applied, as Argo CD prints it. */
  async manifests(): Promise<string[]> {
    return at(await this.#argoCd.ask("GET", `applications/${this.name}/manifests`), "manifests") as string[];
  }

  /** Of an object of the Application's tree; undefined where there is no such object, or Argo CD judges it not. */
  async health(kind: string, name: string): Promise<Health | undefined> {
    const tree = await this.#argoCd.ask("GET", `applications/${this.name}/resource-tree`);
    const nodes = (at(tree, "nodes") ?? []) as { kind: string; name: string; health?: Partial<Health> }[];
    const found = nodes.find((node) => node.kind === kind && node.name === name)?.health;
    return found?.status === undefined ? undefined : { message: "", ...found, status: found.status };
  }

  /** Names of an actor's actions that may be chosen now, in alphabetical order. */
  async offered(actor: string): Promise<string[]> {
    const query = new URLSearchParams({ ...ACTOR, namespace: this.#namespace, resourceName: actor });
    const answer = await this.#argoCd.ask(
      "GET",
      `applications/${this.name}/resource/actions?${query.toString()}`,
    );
    const actions = (at(answer, "actions") ?? []) as { name: string; disabled?: boolean }[];
    return actions
      .filter(({ disabled }) => disabled !== true)
      .map(({ name }) => name)
      .toSorted();
  }

  async run(action: string, actor: string, parameters: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.#argoCd.ask("POST", `applications/${this.name}/resource/actions/v2`, {
      ...ACTOR,
      name: this.name,
      namespace: this.#namespace,
      resourceName: actor,
      action,
      resourceActionParameters: Object.entries(parameters).map(([name, value]) => ({ name, value })),
    });
  }

  /** With all that it has applied. */
  async delete(): Promise<void> {
    const { kubernetes } = this.#argoCd;
    kubernetes.kubectl(["delete", "application", this.name, "--ignore-not-found", "--wait=false"]);
    await until(
      `${this.name} is gone`,
      () => kubernetes.find("applications", this.name),
      (found) => found === undefined,
      90_000,
    );
  }
}
