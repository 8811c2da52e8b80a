import type { KubeConfig } from "@kubernetes/client-node";
import { type Actor, keyOf, scaledObjectOf, trimActor } from "./actor.ts";
import type { Api } from "./api.ts";
import { DepthReader } from "./depth-reader.ts";
import { Informer } from "./informer.ts";
import { sleep } from "./leader.ts";
import { type Eyes, look, type LookRules } from "./look.ts";
import type { Metrics } from "./metrics.ts";
import { ACTOR_LABEL, type Pod, trimPod } from "./pod.ts";
import { PodEvents } from "./pod-events.ts";
import type { Problems } from "./problems.ts";
import { Scraper } from "./scrape.ts";
import { Settling } from "./settling.ts";
import { ACTORS, StatusWriter } from "./status-writer.ts";
import { type Subject, Subjects } from "./subjects.ts";

const TICK_MS = 250;
const LOOKS_AT_ONCE = 16;

export interface ObserverParts {
  config: KubeConfig;
  api: Api;
  problems: Problems;
  metrics: Metrics;
  /** undefined = all. */
  namespace: string | undefined;
  rules: LookRules;
}

/** Looks after the actors of a cluster or a namespace. It keeps nothing: whatever it needs to know stands in the cluster. */
export class Observer {
  readonly #parts: ObserverParts;
  readonly #subjects = new Subjects();
  readonly #eyes: Eyes;
  readonly #actors: Informer<Actor>;
  readonly #pods: Informer<Pod>;
  readonly #looks = new Set<Promise<void>>();

  constructor(parts: ObserverParts) {
    const { config, api, problems, metrics, namespace } = parts;
    this.#parts = parts;
    this.#eyes = {
      depths: new DepthReader(api, problems, metrics),
      scraper: new Scraper(problems, metrics),
      events: new PodEvents(api, problems, metrics),
      settling: new Settling(),
      writer: new StatusWriter(api, problems, metrics),
    };
    const within = namespace === undefined ? "" : `/namespaces/${namespace}`;
    this.#actors = new Informer<Actor>(config, api, problems, {
      path: `${ACTORS}${within}/asyncactors`,
      trim: trimActor,
      changed: (actor) => this.#subjects.actorChanged(actor, Date.now()),
      deleted: (actor) => this.#forgetActor(actor),
      whenMissing: "apply xrds/asyncactor.yaml",
    });
    this.#pods = new Informer<Pod>(config, api, problems, {
      path: `/api/v1${within}/pods`,
      labelSelector: ACTOR_LABEL,
      trim: trimPod,
      changed: (pod) => this.#subjects.podChanged(pod, Date.now()),
      deleted: (pod) => this.#forgetPod(pod),
      whenMissing: "is this a Kubernetes API server?",
    });
  }

  /** Actors and pods were read: nothing is taken for missing any more. */
  get synced(): boolean {
    return this.#actors.synced && this.#pods.synced;
  }

  async run(signal: AbortSignal): Promise<void> {
    this.#actors.start();
    this.#pods.start();
    while (!signal.aborted) {
      if (this.synced) this.#lookAround(signal);
      await sleep(TICK_MS, signal);
    }
    this.#actors.stop();
    this.#pods.stop();
    await Promise.all(this.#looks);
  }

  #lookAround(signal: AbortSignal): void {
    this.#parts.metrics.actors(this.#subjects.size);
    const nowMs = Date.now();
    for (const subject of this.#subjects.all()) {
      if (this.#looks.size >= LOOKS_AT_ONCE) return;
      if (!subject.looking && subject.dueMs <= nowMs) this.#lookAt(subject, signal);
    }
  }

  #lookAt(subject: Subject, signal: AbortSignal): void {
    const { rules, problems } = this.#parts;
    const whom = keyOf(subject.actor.metadata);
    subject.looking = true;
    const looking = look(subject, this.#eyes, rules, signal)
      .then(
        () => problems.solved("look", whom),
        (error: unknown) => problems.report("look", `an actor cannot be looked at: ${String(error)}`, whom),
      )
      .finally(() => {
        subject.looking = false;
        this.#looks.delete(looking);
      });
    this.#looks.add(looking);
  }

  #forgetActor(actor: Actor): void {
    const subject = this.#subjects.actorDeleted(actor);
    if (subject === undefined) return;
    const { depths, scraper, writer } = this.#eyes;
    const scaledObject = scaledObjectOf(subject.actor);
    if (scaledObject !== undefined) depths.forget(actor.metadata.namespace, scaledObject);
    scraper.forget(keyOf(actor.metadata));
    writer.forget(actor);
  }

  #forgetPod(pod: Pod): void {
    this.#subjects.podDeleted(pod, Date.now());
    const { uid } = pod.metadata;
    this.#eyes.scraper.forgetPod(uid);
    this.#eyes.events.forgetPod(uid);
    this.#eyes.settling.forgetPod(uid);
  }
}
