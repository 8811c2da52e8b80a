import { setTimeout as sleep } from "node:timers/promises";
import { at, type Kubernetes, type Live } from "../kubernetes.ts";
import { tell } from "../story.ts";
import type { Controller, Provided } from "./controllers.ts";

const EVERY_MS = 500;
const FINALIZER = "finalizer.managedresource.crossplane.io";
const EXTERNAL_NAME = "crossplane.io/external-name";
const CREATE_REQUESTED = "crossplane.io/external-create-succeeded";
/** As the real one, which reads a new queue six times. n.b. KEDA polls again in that time, and finds the queue. */
const QUEUE_REPORTED_AFTER_MS = 25_000;

/**
 * Does to SQS and IAM what provider-upjet-aws does, for the objects of one namespace, where that is not built. It looks at
 * an object when that changes, and not again (n.b. the real one does every 10 minutes).
 */
export class ProviderStandIn {
  readonly #kubernetes: Kubernetes;
  readonly #controllers: readonly Controller[];
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;
  /** By uid, the state in which nothing was left to do. */
  readonly #settled = new Map<string, string>();

  constructor(kubernetes: Kubernetes, controllers: readonly Controller[]) {
    this.#kubernetes = kubernetes;
    this.#controllers = controllers;
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      for (const controller of this.#controllers)
        for (const object of await this.#kubernetes.list(controller.kind))
          await this.#look(controller, object);
      await sleep(EVERY_MS);
    }
  }

  async #look(controller: Controller, object: Live): Promise<void> {
    const { uid, generation, deletionTimestamp } = object.metadata;
    const state = JSON.stringify([generation, deletionTimestamp, at(object.metadata, "annotations")]);
    if (this.#settled.get(uid) === state) return;
    const reconcile = async () =>
      deletionTimestamp === undefined
        ? await this.#make(controller, object)
        : await this.#unmake(controller, object);
    try {
      if (await reconcile()) this.#settled.set(uid, state);
    } catch (error) {
      tell(`the stand-in will look at ${object.metadata.name} again: ${(error as Error).message}`);
    }
  }

  async #make(controller: Controller, object: Live): Promise<boolean> {
    const requested = annotation(object, CREATE_REQUESTED);
    if (requested === undefined) {
      const annotations = { [CREATE_REQUESTED]: new Date().toISOString() };
      this.#patch(controller, object, { metadata: { finalizers: [FINALIZER], annotations } });
      this.#report(controller, object, "Creating");
      return false;
    }
    try {
      await controller.make(externalName(object), providedBy(object));
    } catch (error) {
      this.#report(controller, object, "Creating", (error as Error).message);
      return false;
    }
    const isQueue = controller.kind.startsWith("queues");
    if (isQueue && Date.now() < Date.parse(requested) + QUEUE_REPORTED_AFTER_MS) return false;
    this.#report(controller, object, "Available");
    return true;
  }

  async #unmake(controller: Controller, object: Live): Promise<boolean> {
    const policies = at(object.spec, "managementPolicies") as string[];
    if (policies.includes("*") || policies.includes("Delete"))
      await controller.unmake(externalName(object), providedBy(object));
    this.#patch(controller, object, { metadata: { finalizers: null } });
    return true;
  }

  #patch({ kind }: Controller, { metadata }: Live, change: object): void {
    this.#kubernetes.patch(kind, metadata.name, change);
  }

  #report({ kind }: Controller, { metadata }: Live, reason: "Available" | "Creating", failure = ""): void {
    const lastTransitionTime = new Date().toISOString().replace(/\.\d+/, "");
    const ready = { type: "Ready", status: reason === "Available" ? "True" : "False", reason };
    const synced =
      failure === ""
        ? { type: "Synced", status: "True", reason: "ReconcileSuccess" }
        : { type: "Synced", status: "False", reason: "ReconcileError", message: `create failed: ${failure}` };
    const conditions = [ready, synced].map((condition) => ({ ...condition, lastTransitionTime }));
    const status = ["--subresource=status", "--type=merge"];
    const change = JSON.stringify({ status: { conditions } });
    this.#kubernetes.kubectl(["patch", kind, metadata.name, ...status, "--patch", change]);
  }
}

function externalName(object: Live): string {
  return annotation(object, EXTERNAL_NAME) ?? object.metadata.name;
}

function annotation({ metadata }: Live, name: string): string | undefined {
  return at(metadata, "annotations", name) as string | undefined;
}

function providedBy({ spec }: Live): Provided {
  return spec["forProvider"] as Provided;
}
