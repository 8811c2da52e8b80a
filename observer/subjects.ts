import { type Actor, isSettled, keyOf, scaledObjectOf } from "./actor.ts";
import { writtenAt, writtenStatus } from "./observation.ts";
import { ACTOR_LABEL, type Pod } from "./pod.ts";

/** Events come in swarms: a look waits for the rest of the swarm. */
const SWARM_MS = 1_000;
const BETWEEN_LOOKS_MS = 5_000;

/** One actor that is looked after. */
export interface Subject {
  actor: Actor;
  pods: Map<string, Pod>;
  /** When to look next. */
  dueMs: number;
  lookedAtMs: number;
  looking: boolean;
  /** undefined = it is settled. */
  unsettledSinceMs: number | undefined;
  /** What the status holds of our fields, as far as we know, and since when. */
  written: Record<string, unknown>;
  writtenAtMs: number | undefined;
  numbers: { atMs: number; depth: number | undefined; processing: number | undefined } | undefined;
}

/** Actors with their pods, as the informers tell of them. */
export class Subjects {
  readonly #subjects = new Map<string, Subject>();
  /** Pods are told of before their actor, too. */
  readonly #pods = new Map<string, Map<string, Pod>>();

  all(): IterableIterator<Subject> {
    return this.#subjects.values();
  }

  get size(): number {
    return this.#subjects.size;
  }

  actorChanged(actor: Actor, nowMs: number): void {
    const key = keyOf(actor.metadata);
    const known = this.#subjects.get(key);
    if (known === undefined || known.actor.metadata.uid !== actor.metadata.uid) {
      const written = writtenStatus(actor);
      this.#subjects.set(key, {
        actor,
        pods: this.#podsOf(key),
        dueMs: nowMs,
        lookedAtMs: 0,
        looking: false,
        unsettledSinceMs: isSettled(actor) ? undefined : nowMs,
        written,
        writtenAtMs: writtenAt(written),
        numbers: undefined,
      });
      return;
    }
    // Our own writes come back here: only what a look depends on is a reason for one.
    if (scaledObjectOf(known.actor) !== scaledObjectOf(actor)) {
      known.numbers = undefined;
      hasten(known, nowMs);
    }
    if (isSettled(actor)) known.unsettledSinceMs = undefined;
    else if (known.unsettledSinceMs === undefined) {
      known.unsettledSinceMs = nowMs;
      hasten(known, nowMs);
    }
    known.actor = actor;
  }

  /** @returns what is not looked after any more. */
  actorDeleted(actor: Actor): Subject | undefined {
    const key = keyOf(actor.metadata);
    const known = this.#subjects.get(key);
    this.#subjects.delete(key);
    return known;
  }

  podChanged(pod: Pod, nowMs: number): void {
    const key = actorKeyOf(pod);
    if (key === undefined) return;
    this.#podsOf(key).set(pod.metadata.uid, pod);
    this.#hasten(key, nowMs);
  }

  podDeleted(pod: Pod, nowMs: number): void {
    const key = actorKeyOf(pod);
    if (key === undefined) return;
    const pods = this.#pods.get(key);
    pods?.delete(pod.metadata.uid);
    if (pods?.size === 0 && !this.#subjects.has(key)) this.#pods.delete(key);
    this.#hasten(key, nowMs);
  }

  #podsOf(key: string): Map<string, Pod> {
    const pods = this.#pods.get(key) ?? new Map<string, Pod>();
    this.#pods.set(key, pods);
    return pods;
  }

  #hasten(key: string, nowMs: number): void {
    const subject = this.#subjects.get(key);
    if (subject !== undefined) hasten(subject, nowMs);
  }
}

function hasten(subject: Subject, nowMs: number): void {
  const soonMs = Math.max(nowMs + SWARM_MS, subject.lookedAtMs + BETWEEN_LOOKS_MS);
  subject.dueMs = Math.min(subject.dueMs, soonMs);
}

function actorKeyOf({ metadata: { namespace, labels } }: Pod): string | undefined {
  const actor = labels?.[ACTOR_LABEL];
  return actor === undefined ? undefined : keyOf({ namespace, name: actor });
}
