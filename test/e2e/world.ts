import { inject } from "vitest";
import { findCluster } from "../cluster/cluster.ts";
import { actor, type ActorOptions } from "./actors.ts";
import { Broker } from "./broker.ts";
import { at, condition, Kubernetes, type Live } from "./kubernetes.ts";
import { Mail } from "./mail.ts";
import { until } from "./until.ts";

/** What a test file sees of the run: its namespace, its vhost, and what happened to its messages. */
export class World {
  readonly kubernetes: Kubernetes;
  readonly broker: Broker;
  readonly mail: Mail;
  readonly #image: string;
  readonly #composition: string;

  private constructor(
    kubernetes: Kubernetes,
    broker: Broker,
    mail: Mail,
    { image, composition }: { image: string; composition: string },
  ) {
    this.kubernetes = kubernetes;
    this.broker = broker;
    this.mail = mail;
    this.#image = image;
    this.#composition = composition;
  }

  static async open(): Promise<World> {
    const { namespace, vhost, place, kubeconfig, composition } = inject("run");
    process.env["KUBECONFIG"] = kubeconfig;
    const cluster = findCluster();
    if (cluster === undefined) throw new Error("the cluster is gone");
    const broker = new Broker(place, vhost);
    const kubernetes = await Kubernetes.open(cluster, namespace);
    await until(
      "queues of the end actors",
      () => broker.queues(),
      (queues) => ENDS.every((end) => queues.includes(end)),
    );
    return new World(kubernetes, broker, await Mail.open(broker), {
      image: place.pythonImage,
      composition,
    });
  }

  async close(): Promise<void> {
    await this.mail.close();
    this.kubernetes.close();
  }

  /** As committed to Git, with a handler of ./actors.ts. */
  commit(name: string, options: ActorOptions = {}): void {
    this.commitAll([name], options);
  }

  /** Several alike in one commit. */
  commitAll(names: readonly string[], options: ActorOptions = {}): void {
    this.kubernetes.apply(names.map((name) => this.written(name, options)));
  }

  /** As it stands in Git. */
  written(name: string, options: ActorOptions = {}): Record<string, unknown> {
    const crossplane = { compositionRef: { name: this.#composition } };
    return actor(name, this.#image, { ...options, spec: { crossplane, ...options.spec } });
  }

  edit(name: string, spec: object): void {
    this.kubernetes.patch("asyncactors", name, { spec });
  }

  /** As an Argo CD action or a person does; null takes one away. */
  annotate(name: string, annotations: Record<string, string | null>): void {
    this.kubernetes.annotate("asyncactors", name, annotations);
  }

  async actor(name: string): Promise<Live> {
    return await this.kubernetes.get("asyncactors", name);
  }

  /** The actor once its status is this word. */
  async reaches(name: string, status: string, withinMs?: number): Promise<Live> {
    const look = async () => summary(await this.actor(name));
    await until(`${name} is ${status}`, look, (seen) => seen.status === status, withinMs);
    return await this.actor(name);
  }

  /** The actor once a condition says this. */
  async says(
    name: string,
    type: string,
    status: string,
    withinMs?: number,
  ): Promise<Record<string, unknown>> {
    const seen = await until(
      `${name} says ${type}=${status}`,
      async () => condition(await this.actor(name), type),
      (found) => found?.["status"] === status,
      withinMs,
    );
    return seen ?? {};
  }

  /** How many replicas are wanted. */
  async replicas(name: string, kind: "deployments" | "statefulsets" = "deployments"): Promise<number> {
    return Number(at(await this.kubernetes.get(kind, name), "spec", "replicas"));
  }

  /** Those on their way out among them. */
  async pods(name: string): Promise<Live[]> {
    return await this.kubernetes.list("pods", `asya.sh/actor=${name}`);
  }

  /** The actor is taken out of Git; waits until nothing of it is left in the cluster. */
  async remove(name: string): Promise<void> {
    this.kubernetes.kubectl(["delete", "asyncactor", name, "--wait", "--timeout=60s"]);
    await until(
      `pods of ${name} are gone`,
      () => this.pods(name),
      (pods) => pods.length === 0,
      90_000,
    );
  }
}

/** What tells why an actor is not as it should be. */
function summary({ status }: Live) {
  const conditions = (status?.["conditions"] ?? []) as Record<string, unknown>[];
  return {
    status: status?.["status"],
    message: status?.["message"],
    conditions: conditions.map(({ type, status: value, message = "" }) =>
      [`${String(type)}=${String(value)}`, String(message)].join(" ").trim(),
    ),
  };
}

const ENDS = ["asya-error-end", "asya-happy-end"];
