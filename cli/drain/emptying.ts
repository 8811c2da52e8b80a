import { setTimeout as pause } from "node:timers/promises";

/** What is left of an actor's messages. */
export interface Count {
  /** In the queue and in hand; absent where nobody counts them. */
  left?: number;
  /** Nobody will count them, however long one waits. */
  hopeless?: boolean;
  words: string;
}

export interface Wait {
  timeoutMs: number;
  pollMs: number;
  /** Aborted = wait no longer. */
  stop: AbortSignal;
}

/** n.b. RabbitMQ counts every 5 s, and a message may be on its way between two queues: 8 s of nothing, at 2 s each. */
const SAME_READS = 5;

/**
 * Waits until all queues are empty at the same time; each actor's count is said when it changes.
 *
 * @returns those that are not empty when time is up, or when the rest cannot be counted.
 */
export async function emptied(
  names: readonly string[],
  count: (name: string) => Promise<Count>,
  say: (line: string) => void,
  { timeoutMs, pollMs, stop }: Wait,
): Promise<string[]> {
  const deadlineMs = Date.now() + timeoutMs;
  const said = new Map<string, string>();
  const empty = new Map<string, number>();
  const hopeless = new Map<string, number>();
  const inARow = (reads: Map<string, number>, name: string, holds: boolean) =>
    reads.set(name, holds ? (reads.get(name) ?? 0) + 1 : 0);
  const enough = (reads: Map<string, number>) => (name: string) => (reads.get(name) ?? 0) >= SAME_READS;
  for (;;) {
    const counts = await Promise.all(names.map(async (name) => ({ name, ...(await counted(count, name)) })));
    for (const { name, words, left, hopeless: isHopeless } of counts) {
      inARow(empty, name, left === 0);
      inARow(hopeless, name, isHopeless === true);
      if (said.get(name) !== words) say(`${name}: ${words}`);
      said.set(name, words);
    }
    const left = names.filter((name) => !enough(empty)(name));
    if (left.every(enough(hopeless)) || stop.aborted || Date.now() + pollMs > deadlineMs) return left;
    await pause(pollMs, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) return left;
  }
}

/** A request that fails once must not end a wait of many minutes. */
async function counted(count: (name: string) => Promise<Count>, name: string): Promise<Count> {
  try {
    return await count(name);
  } catch (error) {
    return { words: `cannot be counted now: ${error instanceof Error ? error.message : String(error)}` };
  }
}
