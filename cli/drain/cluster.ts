import { KubeConfig } from "@kubernetes/client-node";
import { isObject } from "../../core/json.ts";
import { Api } from "../../observer/api.ts";
import { depthIn, depthSource, metricPath, scaledObjectPath } from "../../observer/keda.ts";
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

  async list(): Promise<ListedActor[]> {
    return listedActors(await this.#api.call("GET", this.#path("")));
  }

  /** @param value - null takes the annotation away. */
  async annotate(actor: string, annotation: string, value: string | null): Promise<void> {
    const body = { metadata: { annotations: { [annotation]: value } } };
    await this.#api.call("PATCH", this.#path(`/${actor}`), { body, contentType: MERGE_PATCH });
  }

  async status(actor: string): Promise<Record<string, unknown>> {
    const object = await this.#api.call("GET", this.#path(`/${actor}`));
    const status = isObject(object) ? object["status"] : undefined;
    return isObject(status) ? status : {};
  }

  /** Messages in the queue and in hand, as KEDA counts them now; undefined where KEDA does not look. */
  async depth(actor: string): Promise<number | undefined> {
    const source = depthSource(await this.#api.call("GET", scaledObjectPath(this.namespace, actor)));
    if ("unknown" in source) return undefined;
    return depthIn(await this.#api.call("GET", metricPath(this.namespace, actor, source.metric)));
  }

  #path(rest: string): string {
    return `/apis/asya.sh/v1alpha1/namespaces/${this.namespace}/asyncactors${rest}`;
  }
}
