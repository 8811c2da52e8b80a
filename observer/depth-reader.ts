import { ApiError, type Api } from "./api.ts";
import { depthIn, depthSource, metricPath, scaledObjectPath, type DepthSource } from "./keda.ts";
import type { Metrics } from "./metrics.ts";
import type { Problems } from "./problems.ts";

/** A trigger's name in KEDA changes only with the actor's scaling. */
const SOURCE_LASTS_MS = 10 * 60_000;
const UNKNOWN_SOURCE_LASTS_MS = 15_000;
/** A depth that cannot be read any more is still said for that long. */
const DEPTH_LASTS_MS = 60_000;
const TOPIC = "queue depth";

interface Until<Value> {
  value: Value;
  untilMs: number;
}

/** Queue depths from KEDA's external metrics API: KEDA has the brokers' credentials, the observer needs none. */
export class DepthReader {
  readonly #api: Api;
  readonly #problems: Problems;
  readonly #metrics: Metrics;
  readonly #sources = new Map<string, Until<DepthSource>>();
  readonly #depths = new Map<string, Until<number>>();

  constructor(api: Api, problems: Problems, metrics: Metrics) {
    this.#api = api;
    this.#problems = problems;
    this.#metrics = metrics;
  }

  /** Undefined where nobody knows it. */
  async read(namespace: string, scaledObject: string): Promise<number | undefined> {
    const key = `${namespace}/${scaledObject}`;
    try {
      const source = await this.#sourceOf(key, namespace, scaledObject);
      if ("unknown" in source) return undefined;
      const value = depthIn(await this.#api.call("GET", metricPath(namespace, scaledObject, source.metric)));
      if (value === undefined) throw new Error("an answer without a value");
      this.#depths.set(key, { value, untilMs: Date.now() + DEPTH_LASTS_MS });
      this.#metrics.read("keda", "ok");
      this.#problems.solved(TOPIC, key);
      return value;
    } catch (error) {
      this.#metrics.read("keda", "failed");
      this.#sources.delete(key);
      this.#problems.report(TOPIC, describe(error), key, { reason: String(error) });
      return current(this.#depths.get(key));
    }
  }

  forget(namespace: string, scaledObject: string): void {
    const key = `${namespace}/${scaledObject}`;
    this.#sources.delete(key);
    this.#depths.delete(key);
    this.#problems.solved(TOPIC, key);
  }

  async #sourceOf(key: string, namespace: string, scaledObject: string): Promise<DepthSource> {
    const known = current(this.#sources.get(key));
    if (known !== undefined) return known;
    const value = depthSource(await this.#scaledObject(namespace, scaledObject));
    const lastsMs = "metric" in value ? SOURCE_LASTS_MS : UNKNOWN_SOURCE_LASTS_MS;
    this.#sources.set(key, { value, untilMs: Date.now() + lastsMs });
    return value;
  }

  /** Undefined where KEDA is there but not yet this one, or not any more. */
  async #scaledObject(namespace: string, name: string): Promise<unknown> {
    try {
      return await this.#api.call("GET", scaledObjectPath(namespace, name));
    } catch (error) {
      const isMissing = error instanceof ApiError && error.status === 404;
      // n.b. "the server could not find the requested resource" = there is no such kind.
      if (isMissing && error.message.includes(`"${name}" not found`)) return undefined;
      throw error;
    }
  }
}

function current<Value>(known: Until<Value> | undefined): Value | undefined {
  return known !== undefined && Date.now() < known.untilMs ? known.value : undefined;
}

function describe(error: unknown): string {
  if (!(error instanceof ApiError)) return "cannot ask KEDA for the depth of queues - trying again";
  if (error.status === 403) return "KEDA's metrics may not be read - apply observer/rbac.yaml";
  if (error.status === 404) return "KEDA is not there - install it, with its metrics API server";
  if (error.status === 503)
    return "KEDA's metrics API server is not available - look at deployment keda-operator-metrics-apiserver";
  return "KEDA cannot read the depth of the queue - look at the actor's ScalingReady condition";
}
