import { KubeConfig } from "@kubernetes/client-node";
import { isObject } from "../../core/json.ts";
import { Api, ApiError } from "../../observer/api.ts";
import { depthIn, depthSource, metricPath, scaledObjectPath } from "../../observer/keda.ts";
import type { Count } from "./emptying.ts";
import { type ListedActor, listedActors } from "./senders.ts";

const MERGE_PATCH = "application/merge-patch+json";

/** AsyncActors of one namespace, over the connection of the user's kubeconfig: no broker's credentials are needed. */
export class ActorsInCluster {
  readonly namespace: string;
  readonly #api: Api;

  /** @param namespace - undefined = the context's. */
  constructor(namespace: string | undefined) {
    const config = new KubeConfig();
    config.loadFromDefault();
    this.#api = new Api(config);
    const context = config.getContextObject(config.getCurrentContext());
    this.namespace = namespace ?? context?.namespace ?? "default";
  }

  /** @param selector - of labels, as kubectl's; undefined = all. */
  async list(selector?: string): Promise<ListedActor[]> {
    const query = selector === undefined ? "" : `?labelSelector=${encodeURIComponent(selector)}`;
    return listedActors(await this.#api.call("GET", this.#path(query)));
  }

  /** @param value - null takes the annotation away. */
  async annotate(actor: string, annotation: string, value: string | null): Promise<void> {
    const body = { metadata: { annotations: { [annotation]: value } } };
    await this.#api.call("PATCH", this.#path(`/${actor}`), { body, contentType: MERGE_PATCH });
  }

  async status(actor: string): Promise<Record<string, unknown>> {
    return statusIn(await this.#api.call("GET", this.#path(`/${actor}`)));
  }

  /** As KEDA counts now. */
  async count(actor: string): Promise<Count> {
    const scaledObject = await this.#find(scaledObjectPath(this.namespace, actor));
    if (scaledObject === undefined) return uncounted(await this.#find(this.#path(`/${actor}`)));
    const source = depthSource(scaledObject);
    if ("unknown" in source) return { words: `how many messages are left is not known: ${source.unknown}` };
    const left = depthIn(await this.#api.call("GET", metricPath(this.namespace, actor, source.metric)));
    return left === undefined
      ? { words: "how many messages are left is not known: KEDA's answer has no number" }
      : { left, words: `${left} messages left` };
  }

  async #find(path: string): Promise<unknown> {
    try {
      return await this.#api.call("GET", path);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  #path(rest: string): string {
    return `/apis/asya.sh/v1alpha1/namespaces/${this.namespace}/asyncactors${rest}`;
  }
}

/** Of an actor that KEDA does not scale: the sidecars' own number is all that is known. */
function uncounted(actor: unknown): Count {
  if (actor === undefined) return { hopeless: true, words: "there is no such AsyncActor any more" };
  const processing = statusIn(actor)["processingMessages"];
  const inHand = typeof processing === "number" ? `; ${processing} are being processed` : "";
  const words = `nobody counts its messages, as it has no ScaledObject (scaling.enabled)${inHand}: look at the broker`;
  return { hopeless: true, words };
}

function statusIn(actor: unknown): Record<string, unknown> {
  const status = isObject(actor) ? actor["status"] : undefined;
  return isObject(status) ? status : {};
}
