import { setTimeout as sleep } from "node:timers/promises";
import { startRabbitmq } from "../../kill/brokers.ts";
import { renderPods } from "../../kill/rendered.ts";
import { interleave } from "../statistics.ts";
import { bodies } from "./bodies.ts";
import type { Case, SubjectName } from "./cases.ts";
import { NEXT, Queues, WORK } from "./queues.ts";
import { startSubject } from "./subjects.ts";

/** The first part of a round is not measured: processes start, compilers and prefetch adapt. */
const WARM_UP = 0.25;
const LOOK_MS = 5;
const STALLED_MS = 30_000;
const SETTLED_MS = 5_000;

/** What one subject did in one round. */
export interface Round {
  perSecond: number;
  /** Copies beyond the first. */
  duplicates: number;
}

export interface Options {
  rounds: number;
  /** Part of the case's messages. */
  scale: number;
  /** Only these take part. */
  only: readonly string[] | undefined;
}

/** Rounds in which each subject of a case moves its messages, on a broker of the case's own. @throws where one is lost. */
export async function contest(
  { queueType, payloadBytes, handlers, messages }: Case,
  { rounds, scale, only }: Options,
): Promise<Partial<Record<SubjectName, Round[]>>> {
  const broker = await startRabbitmq(queueType);
  try {
    await broker.declare(renderPods(broker, [WORK, NEXT], {}).flatMap(({ objects }) => objects));
    const queues = await Queues.open(broker.settings);
    const entries = Object.entries(messages) as [SubjectName, number][];
    const subjects = entries
      .filter(([name]) => only === undefined || only.includes(name))
      .map(([name, count]) => {
        const turn = async () => {
          const wanted = Math.ceil(count * scale);
          await queues.fill(bodies(wanted, payloadBytes));
          const subject = await startSubject(name, handlers, broker);
          const perSecond = await measure(queues, wanted);
          await subject.stop();
          return { perSecond, duplicates: await verify(queues, wanted, name) };
        };
        return [name, turn] as const;
      });
    const results = await interleave(
      rounds,
      Object.fromEntries(subjects) as Record<SubjectName, () => Promise<Round>>,
    );
    await queues.close();
    return results;
  } finally {
    await broker.stop();
  }
}

/** Messages per second that reach the next queue, from the end of the warm-up until all are there. */
async function measure(queues: Queues, messages: number): Promise<number> {
  let start: { at: number; depth: number } | undefined;
  let last = { at: performance.now(), depth: 0 };
  for (;;) {
    const depth = await queues.depth(NEXT);
    const at = performance.now();
    if (depth >= messages * WARM_UP) start ??= { at, depth };
    if (start !== undefined && depth >= messages) return ((depth - start.depth) / (at - start.at)) * 1_000;
    if (depth > last.depth) last = { at, depth };
    if (at - last.at > STALLED_MS) throw new Error(`nothing moves: ${depth} of ${messages} have arrived`);
    await sleep(LOOK_MS);
  }
}

/** Empties the next queue. @returns how many came twice. @throws where one is missing, changed or not acked. */
async function verify(queues: Queues, messages: number, name: string): Promise<number> {
  const deadline = Date.now() + SETTLED_MS;
  while ((await queues.depth(WORK)) > 0) {
    if (Date.now() > deadline) throw new Error(`${name} has not acked ${await queues.depth(WORK)} messages`);
    await sleep(LOOK_MS);
  }
  const seen = new Set<number>();
  const arrived = await queues.depth(NEXT);
  await queues.drain(arrived, (body) => seen.add(keyOf(body)));
  if (seen.size !== messages)
    throw new Error(`${name} has lost ${messages - seen.size} of ${messages} messages`);
  return arrived - seen.size;
}

/** The number of an envelope, which its id and its payload say alike. */
function keyOf(body: Buffer): number {
  const text = body.toString("latin1");
  const [, id, key] = /"id":"m(\d+)".*"key":(\d+)/.exec(text) ?? [];
  if (id === undefined || id !== key) throw new Error(`somebody changed an envelope: ${text.slice(0, 200)}`);
  return Number(id);
}
