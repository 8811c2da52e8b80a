import { setTimeout as sleep } from "node:timers/promises";
import { isObject } from "../../../core/json.ts";
import type { ApiServer } from "../../cluster/cluster.ts";
import { NAMESPACE } from "./installation.ts";

interface Composed {
  metadata: { name: string; generation: number };
  status?: Record<string, unknown>;
}

const at = "2026-01-01T00:00:00Z";
const condition = (type: string, status: string) => ({
  type,
  status,
  reason: type,
  message: "",
  lastTransitionTime: at,
});

/** n.b. KEDA's conditions have no time. */
const scalerConditions = (active: string) =>
  Object.entries({ Ready: "True", Active: active, Fallback: "False", Paused: "False" }).map(
    ([type, status]) => ({ type, status, reason: type, message: "" }),
  );

/** What the operators write once about an object at rest, by kind; read off ../shared/cluster. */
const AT_REST: Readonly<Record<string, (object: Composed) => object>> = {
  "apis/rabbitmq.com/v1beta1/queues": ({ metadata: { generation } }) => ({
    observedGeneration: generation,
    conditions: [condition("Ready", "True")],
  }),
  "apis/rabbitmq.com/v1beta1/bindings": ({ metadata: { generation } }) => ({
    observedGeneration: generation,
    conditions: [condition("Ready", "True")],
  }),
  "apis/keda.sh/v1alpha1/scaledobjects": ({ metadata: { name } }) => ({
    conditions: scalerConditions("False"),
    hpaName: `keda-hpa-${name}`,
    originalReplicaCount: 0,
    scaleTargetKind: "apps/v1.Deployment",
  }),
  "apis/apps/v1/deployments": ({ metadata: { generation } }) => ({
    observedGeneration: generation,
    conditions: [condition("Available", "True"), condition("Progressing", "True")],
  }),
};

/**
 * Plays KEDA, the topology operator and the Deployment controller: their statuses, and nothing but them. What a status
 * costs Crossplane and us is the same whoever writes it.
 */
export class Operators {
  readonly #api: ApiServer;

  constructor(api: ApiServer) {
    this.#api = api;
  }

  /** @returns how many objects had no status yet. */
  async settle(): Promise<number> {
    let written = 0;
    for (const [path, status] of Object.entries(AT_REST)) {
      const kind = `/${path.replace(/\/(?=[^/]*$)/, `/namespaces/${NAMESPACE}/`)}`;
      const fresh = (await this.#list(kind)).filter((object) => !isSettled(object));
      await inBatches(fresh, 16, (object) => this.#write(`${kind}/${object.metadata.name}`, status(object)));
      written += fresh.length;
    }
    return written;
  }

  /** A message came: KEDA scales to 1, the pod becomes ready. */
  async wake(names: readonly string[]): Promise<void> {
    await inBatches(names, 16, async (name) => {
      const deployment = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/${name}`;
      await this.#api.request("PUT", `${deployment}/scale?fieldManager=keda`, {
        apiVersion: "autoscaling/v1",
        kind: "Scale",
        metadata: { name, namespace: NAMESPACE },
        spec: { replicas: 1 },
      });
      const { body } = await this.#api.request("GET", deployment);
      await this.#write(deployment, {
        observedGeneration: isObject(body["metadata"]) ? body["metadata"]["generation"] : 1,
        replicas: 1,
        readyReplicas: 1,
        updatedReplicas: 1,
        availableReplicas: 1,
        conditions: [condition("Available", "True"), condition("Progressing", "True")],
      });
      await this.poll([name]);
    });
  }

  /** One poll of KEDA's over actors with messages: it notes the time of each. */
  async poll(names: readonly string[]): Promise<void> {
    const lastActiveTime = new Date().toISOString();
    await inBatches(names, 16, (name) =>
      this.#write(`/apis/keda.sh/v1alpha1/namespaces/${NAMESPACE}/scaledobjects/${name}`, {
        conditions: scalerConditions("True"),
        lastActiveTime,
      }),
    );
  }

  async #list(path: string): Promise<Composed[]> {
    for (;;) {
      const { status, body, message } = await this.#api.request("GET", path);
      if (status === 200) return body["items"] as Composed[];
      // A young CRD's storage is being initialised.
      if (status !== 429) throw new Error(`${path}: ${status} ${message}`);
      await sleep(500);
    }
  }

  async #write(path: string, status: object): Promise<void> {
    const { message } = await this.#api.mergeStatus(path, status);
    if (message !== "") throw new Error(`${path}: ${message}`);
  }
}

function isSettled({ metadata: { generation }, status }: Composed): boolean {
  const conditions = status?.["conditions"];
  const observed = status?.["observedGeneration"];
  return Array.isArray(conditions) && (observed === undefined || observed === generation);
}

export async function inBatches<Item>(
  items: readonly Item[],
  size: number,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: size }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
