import { setTimeout as sleep } from "node:timers/promises";
import { ApiServer, type Cluster } from "../../cluster/cluster.ts";
import type { Live } from "../kubernetes.ts";

/**
 * A node of words only: its pods are "ready" as soon as they are bound to it, and gone as soon as they are told to stop.
 * Deployment, HPA and scheduler cannot tell it from a kubelet, and a hundred pods cost nothing.
 *
 * n.b. The real kubelets take at most 110 pods each; its taint keeps everybody else's pods away.
 */
export class HollowNode {
  readonly name: string;
  readonly #api: ApiServer;
  readonly #namespace: string;
  readonly #stopping = new AbortController();
  #working: Promise<unknown> = Promise.resolve();

  private constructor(api: ApiServer, namespace: string) {
    this.name = `hollow-${namespace}`;
    this.#api = api;
    this.#namespace = namespace;
  }

  static async start(cluster: Cluster, namespace: string): Promise<HollowNode> {
    const node = new HollowNode(await ApiServer.open(cluster), namespace);
    const { status, message } = await node.#api.request("POST", "/api/v1/nodes", {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: node.name, labels: { hollow: namespace } },
      spec: { taints: [{ key: "hollow", value: namespace, effect: "NoSchedule" }] },
    });
    if (status !== 201) throw new Error(`make node ${node.name}: ${status} ${message}`);
    await node.#beat();
    node.#working = Promise.all([
      // n.b. A node that is silent for 40 s counts as lost.
      node.#again(10_000, () => node.#beat()),
      node.#again(500, async () => Promise.all((await node.#pods()).map((pod) => node.#tend(pod)))),
    ]);
    return node;
  }

  /** For a pod's spec: this node and no other. */
  get placement(): Record<string, unknown> {
    return {
      nodeSelector: { hollow: this.#namespace },
      tolerations: [{ operator: "Exists" }],
    };
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#working;
    await this.#api.request("DELETE", `/api/v1/nodes/${this.name}`);
    this.#api.close();
  }

  async #again(everyMs: number, work: () => Promise<unknown>): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await work();
      await sleep(everyMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
  }

  async #pods(): Promise<Live[]> {
    const path = `/api/v1/namespaces/${this.#namespace}/pods?fieldSelector=spec.nodeName=${this.name}`;
    const { status, body, message } = await this.#api.request("GET", path);
    if (status !== 200) throw new Error(`pods of ${this.name}: ${status} ${message}`);
    return body["items"] as Live[];
  }

  async #tend({ metadata, spec, status }: Live): Promise<void> {
    const path = `/api/v1/namespaces/${this.#namespace}/pods/${metadata.name}`;
    if (metadata.deletionTimestamp !== undefined) {
      await this.#api.request("DELETE", `${path}?gracePeriodSeconds=0`);
    } else if (status?.["phase"] === "Pending") {
      const now = new Date().toISOString();
      const containers = spec["containers"] as { name: string; image: string }[];
      await this.#api.mergeStatus(path, {
        phase: "Running",
        startTime: now,
        conditions: ["Initialized", "ContainersReady", "Ready", "PodScheduled"].map((type) => ({
          type,
          status: "True",
          lastTransitionTime: now,
        })),
        containerStatuses: containers.map(({ name, image }) => ({
          name,
          image,
          imageID: "",
          ready: true,
          restartCount: 0,
          state: { running: { startedAt: now } },
        })),
      });
    }
  }

  async #beat(): Promise<void> {
    const now = new Date().toISOString();
    const size = { cpu: "1000", memory: "1000Gi", pods: "1000" };
    const ready = {
      type: "Ready",
      status: "True",
      reason: "Hollow",
      lastHeartbeatTime: now,
      lastTransitionTime: now,
    };
    const { status, message } = await this.#api.mergeStatus(`/api/v1/nodes/${this.name}`, {
      capacity: size,
      allocatable: size,
      conditions: [ready],
    });
    if (status !== 200) throw new Error(`the status of node ${this.name}: ${status} ${message}`);
  }
}
