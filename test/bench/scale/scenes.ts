import { setTimeout as sleep } from "node:timers/promises";
import { kubectl } from "../../cluster/cluster.ts";
import type { ControlPlane } from "./control-plane.ts";
import { actorNamed, NAMESPACE } from "./installation.ts";
import { inBatches, Operators } from "./operators.ts";

const ACTORS = `/apis/asya.sh/v1alpha1/namespaces/${NAMESPACE}/asyncactors`;
const LIMIT_MS = 15 * 60_000;

/** What happens to a cluster's actors, one scene after another. */
export class Scenes {
  readonly #plane: ControlPlane;
  readonly #operators: Operators;
  readonly #names: string[];
  readonly #active: string[];

  constructor(plane: ControlPlane, actors: number, active: number) {
    this.#plane = plane;
    this.#operators = new Operators(plane.api);
    this.#names = Array.from({ length: actors }, (_, index) => `actor-${index}`);
    this.#active = this.#names.slice(0, active);
  }

  async commit(): Promise<void> {
    await inBatches(this.#names, 16, async (name) => {
      const { message } = await this.#plane.api.request("POST", ACTORS, actorNamed(name, 30));
      if (message !== "") throw new Error(`${name}: ${message}`);
    });
    await this.#until("rendered", async () => await this.#rendered(), 250);
  }

  /** The operators answer. */
  async settle(): Promise<void> {
    const napping = async () => {
      await this.#operators.settle();
      return await this.#count("Napping");
    };
    await this.#until("Napping", napping, 5_000);
  }

  /** Nothing happens. */
  async rest(seconds: number): Promise<void> {
    await sleep(seconds * 1_000);
  }

  async wake(): Promise<void> {
    await this.#operators.wake(this.#active);
    await sleep(20_000);
  }

  /** Each active actor is polled at its own time, as KEDA does. */
  async active(pollSeconds: number, seconds: number): Promise<void> {
    const startedAt = performance.now();
    for (let second = 0; second < seconds; second++) {
      await this.#operators.poll(
        this.#active.filter((_, index) => index % pollSeconds === second % pollSeconds),
      );
      await sleep(Math.max(0, startedAt + (second + 1) * 1_000 - performance.now()));
    }
  }

  /** Until the function was asked about every actor once more. */
  async restart(...args: string[]): Promise<void> {
    const before = await this.#functionCalls();
    await this.#plane.stopCrossplane();
    await this.#plane.startCrossplane(args);
    const asked = async () => Math.min((await this.#functionCalls()) - before, this.#names.length);
    await this.#until("asked about", asked, 500);
  }

  /** Until the function has not been called for 10 s. */
  async quiet(): Promise<void> {
    let [calls, sinceMs] = [-1, performance.now()];
    for (; performance.now() - sinceMs < 10_000; await sleep(500)) {
      const now = await this.#functionCalls();
      if (now !== calls) [calls, sinceMs] = [now, performance.now()];
    }
  }

  async withoutPlatform(seconds: number): Promise<void> {
    kubectl(this.#plane.cluster, ["delete", "environmentconfig", "asya-platform"]);
    await sleep(seconds * 1_000);
  }

  async #until(what: string, count: () => Promise<number>, everyMs: number): Promise<void> {
    for (const endMs = performance.now() + LIMIT_MS; ; await sleep(everyMs)) {
      const found = await count();
      if (found === this.#names.length) return;
      if (performance.now() > endMs)
        throw new Error(`after 15 min ${found} of ${this.#names.length} actors are ${what}`);
    }
  }

  /** What an actor composes is there once the last of it, the Deployment or ScaledObject, is. n.b. One item is listed, so that counting costs nothing. */
  async #rendered(): Promise<number> {
    const counts = await Promise.all(
      ["apps/v1/namespaces/bench/deployments", "keda.sh/v1alpha1/namespaces/bench/scaledobjects"].map(
        async (path) => {
          const { body } = await this.#plane.api.request("GET", `/apis/${path}?limit=1`);
          const { remainingItemCount = 0 } = body["metadata"] as { remainingItemCount?: number };
          return (body["items"] as unknown[]).length + remainingItemCount;
        },
      ),
    );
    return Math.min(...counts);
  }

  async #functionCalls(): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${this.#plane.function.metricsPort}/metrics`);
    const lines = (await response.text()).split("\n");
    const counts = lines.filter((line) => line.startsWith("asya_function_calls_total{"));
    return counts.reduce((total, line) => total + Number(line.split(" ").at(-1)), 0);
  }

  async #count(status: string): Promise<number> {
    const { body } = await this.#plane.api.request("GET", ACTORS);
    const items = body["items"] as { status?: { status?: string } }[];
    return items.filter((item) => item.status?.status === status).length;
  }
}
