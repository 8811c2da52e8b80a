import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "pino";
import { ApiError, type Api } from "./api.ts";
import { heldBy, mayHold, released, sight, type Lease, type Sighting } from "./lease.ts";
import type { Problems } from "./problems.ts";

const DURATION_SECONDS = 15;
/** Work ends that long after the last renewal: time enough for the longest write before anyone else may start. */
const RENEW_DEADLINE_MS = 10_000;
const RETRY_MS = 2_000;
const REQUEST_TIMEOUT_MS = 3_000;
const TOPIC = "lease";

export interface Election {
  namespace: string;
  name: string;
  me: string;
}

/** Does `work` while this process, and no other one, holds the lease; again whenever it gets it, until `stop`. */
export class Leader {
  readonly #api: Api;
  readonly #election: Election;
  readonly #problems: Problems;
  readonly #log: Logger;
  #sighting: Sighting | undefined;
  #leading = false;

  constructor(api: Api, election: Election, problems: Problems, log: Logger) {
    this.#api = api;
    this.#election = election;
    this.#problems = problems;
    this.#log = log;
  }

  get leading(): boolean {
    return this.#leading;
  }

  async run(work: (signal: AbortSignal) => Promise<void>, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const lease = await this.#tryHold();
      if (lease === undefined) await sleep(RETRY_MS, stop);
      else await this.#lead(lease, work, stop);
    }
  }

  async #lead(lease: Lease, work: (signal: AbortSignal) => Promise<void>, stop: AbortSignal): Promise<void> {
    const lost = new AbortController();
    const signal = AbortSignal.any([lost.signal, stop]);
    this.#leading = true;
    this.#log.info({ lease: this.#election.name, me: this.#election.me }, "leading");
    const renewing = this.#renew(lease, lost, signal);
    try {
      await work(signal);
    } finally {
      const isLost = lost.signal.aborted;
      lost.abort();
      this.#leading = false;
      const last = await renewing;
      if (isLost) this.#log.warn({ lease: this.#election.name }, "the lease is lost: standing by");
      else await this.#release(last);
    }
  }

  /**
   * Renews the lease until `signal`; aborts `lost` where that did not succeed in time, or somebody else has it.
   *
   * @returns the lease as it was renewed last.
   */
  async #renew(lease: Lease, lost: AbortController, signal: AbortSignal): Promise<Lease> {
    let current = lease;
    let deadline = setTimeout(() => lost.abort(), RENEW_DEADLINE_MS);
    while (!signal.aborted) {
      await sleep(RETRY_MS, signal);
      if (signal.aborted) break;
      const startedAtMs = performance.now();
      const renewed = await this.#tryHold();
      if (renewed === undefined) {
        if (this.#othersHold()) lost.abort();
        continue;
      }
      current = renewed;
      clearTimeout(deadline);
      deadline = setTimeout(() => lost.abort(), startedAtMs + RENEW_DEADLINE_MS - performance.now());
    }
    clearTimeout(deadline);
    return current;
  }

  #othersHold(): boolean {
    const [holder] = JSON.parse(this.#sighting?.record ?? "[]") as [string?];
    return holder !== undefined && holder !== "" && holder !== this.#election.me;
  }

  /** Takes or renews the lease; undefined where that is not possible now. */
  async #tryHold(): Promise<Lease | undefined> {
    try {
      const lease = await this.#read();
      const nowMs = performance.now();
      this.#sighting = sight(lease, this.#sighting, nowMs);
      const free = mayHold(lease, this.#election.me, this.#sighting, nowMs);
      const held = free
        ? await this.#write(heldBy(lease, this.#election.me, DURATION_SECONDS, new Date()))
        : undefined;
      this.#problems.solved(TOPIC);
      return held;
    } catch (error) {
      // Somebody else was faster.
      if (error instanceof ApiError && error.status === 409) return undefined;
      const reason = error instanceof Error ? error.message : String(error);
      this.#problems.report(
        TOPIC,
        `cannot read or write lease ${this.#election.namespace}/${this.#election.name}: ${reason}`,
      );
      return undefined;
    }
  }

  async #read(): Promise<Lease> {
    const { namespace, name } = this.#election;
    try {
      const path = `${leases(namespace)}/${name}`;
      return (await this.#api.call("GET", path, { timeoutMs: REQUEST_TIMEOUT_MS })) as Lease;
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
      return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name, namespace } };
    }
  }

  /** n.b. The resourceVersion that was read goes along, so of two writers one is refused. */
  async #write(lease: Lease): Promise<Lease> {
    const { name, namespace, resourceVersion } = lease.metadata;
    const [method, path] =
      resourceVersion === undefined
        ? (["POST", leases(namespace)] as const)
        : (["PUT", `${leases(namespace)}/${name}`] as const);
    return (await this.#api.call(method, path, { body: lease, timeoutMs: REQUEST_TIMEOUT_MS })) as Lease;
  }

  async #release(lease: Lease): Promise<void> {
    try {
      await this.#write(released(lease, new Date()));
    } catch (error) {
      this.#log.warn(
        { reason: String(error) },
        `the lease could not be released: it ends by itself in ${DURATION_SECONDS} s`,
      );
    }
  }
}

function leases(namespace: string): string {
  return `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
}

/** Ends early, without an error, when `signal` fires. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => {});
}
