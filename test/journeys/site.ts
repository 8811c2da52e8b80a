import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Bed } from "../conformance/bed.ts";
import { type Program, Pods } from "../sidecar/pods.ts";
import { Arrivals } from "./arrivals.ts";

type StartSidecar = (env: Record<string, string>) => Promise<{ stop(): Promise<void> }>;

/** A broker, and how sidecars run on it: as processes where nothing else is said. */
export interface Ground {
  bed: Bed;
  startSidecar?: StartSidecar;
}

const ACTORS = ["first", "second", "third"];
/** Its runtime is each test's own. */
export const SPARE = "spare";

/** Real pods of three actors on one broker, and what arrives in the end actors' queues. */
export class Site {
  readonly bed: Bed;
  readonly happy: Arrivals;
  readonly failed: Arrivals;
  readonly #pods: Pods;
  readonly #startSidecar: StartSidecar | undefined;
  readonly #sidecars: { stop(): Promise<void> }[] = [];

  private constructor({ bed, startSidecar }: Ground, happy: Arrivals, failed: Arrivals) {
    this.bed = bed;
    this.happy = happy;
    this.failed = failed;
    const handlers = readFileSync(join(import.meta.dirname, "handlers.py"), "utf8");
    this.#pods = new Pods(handlers, definedOnly(bed.env));
    this.#startSidecar = startSidecar;
  }

  static async open(ground: Ground): Promise<Site> {
    const { bed } = ground;
    for (const actor of [...ACTORS, SPARE, "happy-end", "error-end"]) await bed.declare(actor);
    const happy = new Arrivals(await bed.connect({ actor: "happy-end" }));
    const failed = new Arrivals(await bed.connect({ actor: "error-end" }));
    const site = new Site(ground, happy, failed);
    for (const actor of ACTORS) {
      site.runtime(actor, "act");
      await site.sidecar(actor);
    }
    return site;
  }

  runtime(actor: string, handler: string): Program {
    return this.#pods.runtime(actor, handler, { ACTOR: actor, COUNTERS: this.#pods.folder });
  }

  async sidecar(actor: string): Promise<void> {
    const env = {
      ASYA_RETRY_MAX_ATTEMPTS: "3",
      ASYA_RETRY_INITIAL_DELAY: "10ms",
      ASYA_RETRY_NON_RETRYABLE: "Fatal,ValueError,TypeError",
      ASYA_QUEUE_RETRY_MAX_ATTEMPTS: "2",
      ASYA_QUEUE_RETRY_BACKOFF: "10ms",
    };
    if (this.#startSidecar === undefined) await this.#pods.sidecar(actor, env);
    else {
      const place = { ASYA_ACTOR_NAME: actor, ASYA_SOCKET_DIR: this.#pods.socketDir(actor) };
      this.#sidecars.push(await this.#startSidecar({ ...place, ...env }));
    }
  }

  /** @param message - an envelope, or the bytes of something that is none. */
  async send(actor: string, message: object): Promise<void> {
    const sender = await this.bed.connect({ actor: undefined });
    const body = message instanceof Uint8Array ? message : Buffer.from(JSON.stringify(message));
    await sender.send(actor, body);
    await sender.close();
  }

  /** How often handlers counted with this name. */
  counted(counter: string): number {
    const file = join(this.#pods.folder, counter);
    return existsSync(file) ? statSync(file).size : 0;
  }

  /** Messages that no test has taken, wherever they lie. */
  async leftOver(): Promise<unknown[]> {
    const queues = await Promise.all(
      [...ACTORS, SPARE].map(async (actor) => ({
        actor,
        waiting: await this.bed.depth(actor),
        dead: await this.bed.deadLetters(actor),
      })),
    );
    return [
      ...this.happy.unclaimed,
      ...this.failed.unclaimed,
      ...queues.filter(({ waiting, dead }) => waiting + dead > 0),
    ];
  }

  async close(): Promise<void> {
    await Promise.all(this.#sidecars.map((sidecar) => sidecar.stop()));
    await this.#pods.stop();
    await Promise.all([this.happy.close(), this.failed.close()]);
    await this.bed.close();
  }
}

function definedOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
