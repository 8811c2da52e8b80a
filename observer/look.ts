import { keyOf, scaledObjectOf } from "./actor.ts";
import type { DepthReader } from "./depth-reader.ts";
import { changeBetween, type Observation, statusOf, writtenProblems, writtenStatus } from "./observation.ts";
import type { PodEvents } from "./pod-events.ts";
import { problemsOf, summarize } from "./pods-summary.ts";
import type { Scraper } from "./scrape.ts";
import type { Settling } from "./settling.ts";
import type { StatusWriter } from "./status-writer.ts";
import type { Subject } from "./subjects.ts";
import { type WriteRules, writeTime } from "./write-time.ts";

export interface LookRules extends WriteRules {
  /** How often an actor without pods is looked at: KEDA asks the broker each time. */
  idleIntervalMs: number;
}

export interface Eyes {
  depths: DepthReader;
  scraper: Scraper;
  events: PodEvents;
  settling: Settling;
  writer: StatusWriter;
}

const AFTER_FAILURE_MS = 30_000;
/** Numbers that are nearly as old as that are read again. */
const NEARLY_MS = 1_000;

/** Looks at an actor and its pods, writes what has changed if it is time, and says when to look again. */
export async function look(
  subject: Subject,
  eyes: Eyes,
  rules: LookRules,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = new Date();
  const nowMs = startedAt.getTime();
  subject.lookedAtMs = nowMs;
  const pods = [...subject.pods.values()];
  const unsettledForMs =
    subject.unsettledSinceMs === undefined ? undefined : nowMs - subject.unsettledSinceMs;
  const busy = pods.length > 0 || (rules.asks && unsettledForMs !== undefined);
  subject.dueMs = nowMs + (busy ? rules.intervalMs : rules.idleIntervalMs);
  if (subject.actor.metadata.deletionTimestamp !== undefined) return;
  await Promise.all([eyes.events.refresh(pods, startedAt), readNumbers(subject, eyes, rules, nowMs)]);
  if (signal.aborted) return;

  const stale = subject.writtenAtMs === undefined || nowMs - subject.writtenAtMs >= rules.confirmEveryMs;
  if (stale) subject.written = writtenStatus(subject.actor);
  const found = problemsOf(pods, (pod) => eyes.events.of(pod));
  const settled = eyes.settling.settled(pods, found, writtenProblems(subject.written), nowMs);
  const status = statusOf({ ...observationOf(subject), pods: summarize(pods, settled) }, startedAt);
  const change = changeBetween(subject.written, status);
  const whenMs = writeTime(
    change,
    { failing: settled.length > 0, unsettledForMs },
    subject.writtenAtMs,
    rules,
  );
  if (whenMs === undefined) return;
  if (whenMs > nowMs) {
    subject.dueMs = Math.min(subject.dueMs, whenMs);
    return;
  }
  const outcome = await eyes.writer.write(subject.actor, status, signal);
  if (outcome === "written") Object.assign(subject, { written: status, writtenAtMs: Date.now() });
  if (outcome === "failed") subject.dueMs = nowMs + AFTER_FAILURE_MS;
}

function observationOf({ numbers }: Subject): Omit<Observation, "pods"> {
  return {
    ...(numbers?.depth === undefined ? {} : { depth: numbers.depth }),
    ...(numbers?.processing === undefined ? {} : { processing: numbers.processing }),
  };
}

/** Swarms of pod events do not make us ask KEDA and the sidecars more often. */
async function readNumbers(subject: Subject, eyes: Eyes, rules: LookRules, nowMs: number): Promise<void> {
  const { numbers, actor } = subject;
  if (numbers !== undefined && nowMs - numbers.atMs < rules.intervalMs - NEARLY_MS) return;
  const scaledObject = scaledObjectOf(actor);
  const { namespace } = actor.metadata;
  const [depth, processing] = await Promise.all([
    scaledObject === undefined ? undefined : eyes.depths.read(namespace, scaledObject),
    eyes.scraper.inHand([...subject.pods.values()], keyOf(actor.metadata)),
  ]);
  subject.numbers = { atMs: nowMs, depth, processing };
}
