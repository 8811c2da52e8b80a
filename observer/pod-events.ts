import { isObject } from "../core/json.ts";
import type { Api } from "./api.ts";
import type { Metrics } from "./metrics.ts";
import type { Pod } from "./pod.ts";
import { needsEvents, type PodEvent } from "./pod-problem.ts";
import type { Problems } from "./problems.ts";

/** One pod tells what its brothers suffer from. */
const PODS_PER_LOOK = 3;
const TOPIC = "events";

/** The Warning events of pods whose trouble stands nowhere else. */
export class PodEvents {
  readonly #api: Api;
  readonly #problems: Problems;
  readonly #metrics: Metrics;
  readonly #events = new Map<string, readonly PodEvent[]>();

  constructor(api: Api, problems: Problems, metrics: Metrics) {
    this.#api = api;
    this.#problems = problems;
    this.#metrics = metrics;
  }

  of(pod: Pod): readonly PodEvent[] {
    return this.#events.get(pod.metadata.uid) ?? [];
  }

  async refresh(pods: readonly Pod[], now: Date): Promise<void> {
    const waiting = pods.filter((pod) => needsEvents(pod, now));
    const names = waiting.toSorted((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1));
    for (const pod of names.slice(0, PODS_PER_LOOK)) await this.#read(pod);
  }

  forgetPod(uid: string): void {
    this.#events.delete(uid);
  }

  async #read({ metadata: { namespace, name, uid } }: Pod): Promise<void> {
    const fieldSelector = `involvedObject.kind=Pod,involvedObject.name=${name},involvedObject.uid=${uid},type=Warning`;
    const query = new URLSearchParams({ fieldSelector, limit: "50" });
    try {
      const list = await this.#api.call("GET", `/api/v1/namespaces/${namespace}/events?${query.toString()}`);
      const items: unknown = isObject(list) ? list["items"] : [];
      const events = Array.isArray(items) ? items.filter(isObject) : [];
      this.#events.set(
        uid,
        events.map(({ reason, message }) => ({ reason: String(reason), message: String(message) })),
      );
      this.#metrics.read("events", "ok");
      this.#problems.solved(TOPIC);
    } catch (error) {
      this.#metrics.read("events", "failed");
      this.#problems.report(TOPIC, "pods' events cannot be read: volumes that fail are not reported", "", {
        reason: String(error),
      });
    }
  }
}
