import {
  ListWatch,
  Watch,
  type KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
} from "@kubernetes/client-node";
import { isObject } from "../core/json.ts";
import { ApiError, type Api } from "./api.ts";
import type { Problems } from "./problems.ts";

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
const LIST_TIMEOUT_MS = 60_000;

export interface Watched<Item> {
  /** The collection, such as /api/v1/pods. */
  path: string;
  labelSelector?: string;
  trim(item: Item): Item;
  changed(item: Item): void;
  deleted(item: Item): void;
  /** What to do where the collection does not exist. */
  whenMissing: string;
}

/** Keeps a copy of a collection up to date, through every failure of the API server, until `stop`. */
export class Informer<Item> {
  readonly #watched: Watched<Item>;
  readonly #problems: Problems;
  readonly #listWatch: ListWatch<KubernetesObject>;
  #pauseMs = FIRST_PAUSE_MS;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #synced = false;

  constructor(config: KubeConfig, api: Api, problems: Problems, watched: Watched<Item>) {
    this.#watched = watched;
    this.#problems = problems;
    const list = () => this.#list(api);
    const watch = new TrimmingWatch(config, (item) => watched.trim(item as Item));
    this.#listWatch = new ListWatch(watched.path, watch, list, false, watched.labelSelector);
    this.#listWatch.on("add", (item) => this.#tell(item as Item, "changed"));
    this.#listWatch.on("update", (item) => this.#tell(item as Item, "changed"));
    this.#listWatch.on("delete", (item) => this.#tell(item as Item, "deleted"));
    this.#listWatch.on("error", (error: unknown) => this.#failed(error));
  }

  /** The collection was read at least once. */
  get synced(): boolean {
    return this.#synced;
  }

  start(): void {
    this.#listWatch.start().catch((error: unknown) => this.#failed(error));
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    void this.#listWatch.stop();
  }

  #tell(item: Item, what: "changed" | "deleted"): void {
    if (!this.#stopped) this.#watched[what](item);
  }

  async #list(api: Api): Promise<KubernetesListObject<KubernetesObject>> {
    const { path, labelSelector } = this.#watched;
    // n.b. resourceVersion 0 is answered from the API server's memory, not from etcd.
    const query = new URLSearchParams({
      resourceVersion: "0",
      ...(labelSelector === undefined ? {} : { labelSelector }),
    });
    const list = (await api.call("GET", `${path}?${query.toString()}`, {
      timeoutMs: LIST_TIMEOUT_MS,
    })) as KubernetesListObject<KubernetesObject>;
    this.#synced = true;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#problems.solved(path);
    return { ...list, items: list.items.map((item) => this.#watched.trim(item as Item) as KubernetesObject) };
  }

  #failed(error: unknown): void {
    if (this.#stopped) return;
    this.#problems.report(this.#watched.path, this.#describe(error));
    const pauseMs = this.#pauseMs * (0.75 + Math.random() / 2);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.start(), pauseMs);
  }

  #describe(error: unknown): string {
    const { path, whenMissing } = this.#watched;
    const status = isObject(error) && "statusCode" in error ? error["statusCode"] : undefined;
    if ((error instanceof ApiError ? error.status : status) === 404)
      return `the API server does not serve ${path} - ${whenMissing}`;
    const message = error instanceof Error ? causeOf(error) : String(error);
    return `cannot read ${path}: ${message} - trying again`;
  }
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/** Drops what is not read before it is kept, and lets the API server say how far a quiet watch is. */
class TrimmingWatch extends Watch {
  readonly #trim: (item: unknown) => unknown;

  constructor(config: KubeConfig, trim: (item: unknown) => unknown) {
    super(config);
    this.#trim = trim;
  }

  override watch(...[path, query, callback, done]: Parameters<Watch["watch"]>): ReturnType<Watch["watch"]> {
    const whole = new Set(["BOOKMARK", "ERROR"]);
    const trimmed = (phase: string, item: unknown, event: unknown) =>
      callback(phase, whole.has(phase) ? item : this.#trim(item), event);
    return super.watch(path, { ...query, allowWatchBookmarks: true }, trimmed, done);
  }
}
