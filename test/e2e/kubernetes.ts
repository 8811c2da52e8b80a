import { ApiServer, type Cluster, kubectl } from "../cluster/cluster.ts";

/** An object as the API server has it. */
export interface Live {
  kind: string;
  metadata: {
    name: string;
    uid: string;
    generation?: number;
    resourceVersion: string;
    deletionTimestamp?: string;
    annotations?: Record<string, string>;
    labels?: Record<string, string>;
    managedFields?: { manager: string; operation: string; subresource?: string; fieldsV1?: object }[];
  };
  spec: Record<string, unknown>;
  status?: Record<string, unknown>;
}

const KINDS = {
  asyncactors: "apis/asya.sh/v1alpha1",
  applications: "apis/argoproj.io/v1alpha1",
  deployments: "apis/apps/v1",
  statefulsets: "apis/apps/v1",
  scaledobjects: "apis/keda.sh/v1alpha1",
  horizontalpodautoscalers: "apis/autoscaling/v2",
  triggerauthentications: "apis/keda.sh/v1alpha1",
  queues: "apis/rabbitmq.com/v1beta1",
  bindings: "apis/rabbitmq.com/v1beta1",
  users: "apis/rabbitmq.com/v1beta1",
  permissions: "apis/rabbitmq.com/v1beta1",
  topicpermissions: "apis/rabbitmq.com/v1beta1",
  "queues.sqs.aws.m.upbound.io": "apis/sqs.aws.m.upbound.io/v1beta1",
  "roles.iam.aws.m.upbound.io": "apis/iam.aws.m.upbound.io/v1beta1",
  "rolepolicies.iam.aws.m.upbound.io": "apis/iam.aws.m.upbound.io/v1beta1",
  pods: "api/v1",
  secrets: "api/v1",
  persistentvolumeclaims: "api/v1",
} as const;
export type Kind = keyof typeof KINDS;

/** One namespace of a cluster, read over HTTP and written by kubectl as people do. */
export class Kubernetes {
  readonly namespace: string;
  readonly #cluster: Cluster;
  readonly #api: ApiServer;

  private constructor(cluster: Cluster, api: ApiServer, namespace: string) {
    this.namespace = namespace;
    this.#cluster = cluster;
    this.#api = api;
  }

  static async open(cluster: Cluster, namespace: string): Promise<Kubernetes> {
    return new Kubernetes(cluster, await ApiServer.open(cluster), namespace);
  }

  close(): void {
    this.#api.close();
  }

  kubectl(args: readonly string[], input?: string): string {
    return kubectl(this.#cluster, ["--namespace", this.namespace, ...args], input);
  }

  /** @returns undefined where there is none. */
  async find(kind: Kind, name: string): Promise<Live | undefined> {
    const { status, body, message } = await this.#api.request("GET", `${this.#path(kind)}/${name}`);
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`get ${kind}/${name}: ${status} ${message}`);
    return body as unknown as Live;
  }

  async get(kind: Kind, name: string): Promise<Live> {
    const found = await this.find(kind, name);
    if (found === undefined) throw new Error(`there is no ${kind}/${name} in ${this.namespace}`);
    return found;
  }

  async list(kind: Kind, labels = ""): Promise<Live[]> {
    const selector = labels === "" ? "" : `?labelSelector=${encodeURIComponent(labels)}`;
    const { status, body, message } = await this.#api.request("GET", this.#path(kind) + selector);
    if (status !== 200) throw new Error(`list ${kind}: ${status} ${message}`);
    return body["items"] as Live[];
  }

  apply(objects: readonly object[]): void {
    this.kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
  }

  patch(kind: Kind, name: string, change: object): void {
    this.kubectl(["patch", kind, name, "--type=merge", "-p", JSON.stringify(change)]);
  }

  /** An annotation of null goes away. */
  annotate(kind: Kind, name: string, annotations: Record<string, string | null>): void {
    this.patch(kind, name, { metadata: { annotations } });
  }

  /** What a pod answers over HTTP, by way of the API server. */
  async ask(pod: string, port: number, path: string): Promise<unknown> {
    const url = `/api/v1/namespaces/${this.namespace}/pods/${pod}:${port}/proxy/${path}`;
    const { status, body, message } = await this.#api.request("GET", url);
    if (status !== 200) throw new Error(`${pod} answers ${status} to ${path} ${message}`);
    return body;
  }

  #path(kind: Kind): string {
    const [plural] = kind.split(".", 1);
    return `/${KINDS[kind]}/namespaces/${this.namespace}/${plural}`;
  }
}

/** What lies at a path of a nested object; undefined where the path ends early. */
export function at(object: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null
        ? (value as Record<string | number, unknown>)[key]
        : undefined,
    object,
  );
}

/** The condition of a type, e.g. {type: "Ready", status: "True", reason: "Available"}. */
export function condition(object: Live, type: string): Record<string, unknown> | undefined {
  const conditions = (object.status?.["conditions"] ?? []) as Record<string, unknown>[];
  return conditions.find((one) => one["type"] === type);
}
