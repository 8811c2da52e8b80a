import { at, type Live } from "./kubernetes.ts";
import type { World } from "./world.ts";

/** Two actors that something happens to: one has a pod, one sleeps at zero. */
export class Pair {
  readonly steady: string;
  readonly sleeper: string;
  readonly #world: World;

  private constructor(world: World, name: string) {
    this.#world = world;
    this.steady = `${name}-steady`;
    this.sleeper = `${name}-sleeper`;
  }

  static async at(world: World, name: string): Promise<Pair> {
    const pair = new Pair(world, name);
    world.commit(pair.steady, { spec: { scaling: {} } });
    world.commit(pair.sleeper);
    await world.reaches(pair.steady, "Running", 120_000);
    await world.reaches(pair.sleeper, "Napping");
    return pair;
  }

  /** The pods of the one that runs and both workloads' templates. */
  async whatRuns(): Promise<object> {
    const pods = await this.#world.pods(this.steady);
    const templates = await Promise.all(
      [this.steady, this.sleeper].map(async (name) =>
        at(await this.#world.kubernetes.get("deployments", name), "spec", "template"),
      ),
    );
    const staying = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    return { pods: staying.map(alive), templates };
  }

  /** Each handles a message. */
  async work(): Promise<void> {
    await this.#handle([this.steady, this.sleeper]);
  }

  /** The one that runs handles a message. */
  async workSteadily(): Promise<void> {
    await this.#handle([this.steady]);
  }

  /** Git says another timeout. */
  edit(seconds: number): void {
    this.#world.edit(this.steady, { timeout: { processing: seconds } });
  }

  /** The timeout that the running sidecar's template has, e.g. "20s". */
  async timeout(): Promise<string | undefined> {
    const deployment = await this.#world.kubernetes.get("deployments", this.steady);
    const containers = at(deployment, "spec", "template", "spec", "containers") as Container[];
    const sidecar = containers.find(({ name }) => name === "asya-sidecar");
    return sidecar?.env?.find(({ name }) => name === "ASYA_RUNTIME_TIMEOUT")?.value;
  }

  async remove(): Promise<void> {
    for (const name of [this.steady, this.sleeper]) await this.#world.remove(name);
  }

  async #handle(names: readonly string[]): Promise<void> {
    for (const name of names) await this.#world.mail.send([name], 1);
    await this.#world.mail.allEnd(120_000);
  }
}

interface Container {
  name: string;
  env?: { name: string; value?: string }[];
}

function alive({ metadata, status }: Live): object {
  const containers = (status?.["containerStatuses"] ?? []) as { name: string; restartCount: number }[];
  return {
    uid: metadata.uid,
    restarts: containers.map(({ name, restartCount }) => `${name} ${restartCount}`),
  };
}
