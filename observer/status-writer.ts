import { type Actor, keyOf } from "./actor.ts";
import { ApiError, type Api } from "./api.ts";
import { sleep } from "./leader.ts";
import type { Metrics } from "./metrics.ts";
import type { Problems } from "./problems.ts";

export const ACTORS = "/apis/asya.sh/v1alpha1";
/** Below the time that a lost lease leaves until another process may write. */
const TIMEOUT_MS = 4_000;
/** All actors together: a thousand that are seen for the first time do not swamp Crossplane. */
const BETWEEN_WRITES_MS = 50;
const TOPIC = "status";

/** `stopped` = it was not its turn before the work ended. */
export type Written = "written" | "gone" | "failed" | "stopped";

/** Writes our fields of an actor's status: server-side apply, so what is left out goes away and nothing else is touched. */
export class StatusWriter {
  readonly #api: Api;
  readonly #problems: Problems;
  readonly #metrics: Metrics;
  #nextMs = 0;

  constructor(api: Api, problems: Problems, metrics: Metrics) {
    this.#api = api;
    this.#problems = problems;
    this.#metrics = metrics;
  }

  async write(
    { metadata: { name, namespace, uid } }: Actor,
    status: Record<string, unknown>,
    signal: AbortSignal,
  ): Promise<Written> {
    await this.#turn(signal);
    if (signal.aborted) return "stopped";
    const path = `${ACTORS}/namespaces/${namespace}/asyncactors/${name}/status?fieldManager=asya-observer&force=true`;
    const key = keyOf({ name, namespace });
    const body = {
      apiVersion: "asya.sh/v1alpha1",
      kind: "AsyncActor",
      // n.b. With the uid the API server refuses it for another actor of that name.
      metadata: { name, namespace, uid },
      status,
    };
    try {
      await this.#api.call("PATCH", path, {
        body,
        contentType: "application/apply-patch+yaml",
        timeoutMs: TIMEOUT_MS,
      });
      this.#metrics.wrote("ok");
      this.#problems.solved(TOPIC, key);
      return "written";
    } catch (error) {
      if (error instanceof ApiError && (error.status === 404 || error.status === 409)) return "gone";
      this.#metrics.wrote("failed");
      this.#problems.report(TOPIC, describe(error), key, { reason: String(error) });
      return "failed";
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const nowMs = performance.now();
    const atMs = Math.max(nowMs, this.#nextMs);
    this.#nextMs = atMs + BETWEEN_WRITES_MS;
    if (atMs > nowMs) await sleep(atMs - nowMs, signal);
  }

  forget(actor: Actor): void {
    this.#problems.solved(TOPIC, keyOf(actor.metadata));
  }
}

function describe(error: unknown): string {
  if (!(error instanceof ApiError)) return "the API server cannot be reached - trying again";
  if (error.status === 403) return "the status of actors may not be written - apply observer/rbac.yaml";
  if (error.status === 422 || error.status === 400)
    return "the API server refuses the status - apply xrds/asyncactor.yaml of this version";
  return "the status of actors cannot be written - trying again";
}
