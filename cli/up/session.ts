import { shownPath } from "../shown-path.ts";
import { hopLine } from "./hop-line.ts";
import type { Hop } from "./journey.ts";
import type { LocalActor } from "./local-actor.ts";
import { type LocalRun, startLocalRun } from "./local-run.ts";
import type { TransportType } from "./broker.ts";
import { layoutOf, logFile } from "./state-folder.ts";
import { newEnvelopeId } from "./journeys.ts";

export interface SessionOptions {
  actors: readonly LocalActor[];
  state: string;
  transport: TransportType;
  python: string;
  /** End after `use`; otherwise it ends at Ctrl-C. */
  once: boolean;
  say: (text: string) => void;
}

/** Runs actors until SIGINT, SIGTERM or SIGHUP, and stops them in good order. */
export async function localSession(
  options: SessionOptions,
  use: (run: LocalRun) => Promise<void>,
): Promise<void> {
  const { actors, state, say } = options;
  const layout = layoutOf(state);
  const asked = stopSignals();
  const startedAt = performance.now();
  const width = widthOf(actors.map(({ name }) => name));
  let run: LocalRun;
  try {
    const onHop = (hop: Hop) => say(hopLine(hop, new Date(), width));
    const { transport, python } = options;
    const own = process.env;
    run = await startLocalRun({ actors, layout, transport, python, own, say, onHop }, asked.first);
  } catch (error) {
    if (!asked.first.aborted) throw error;
    return say("stopped before everything was ready");
  }
  try {
    say(`${actors.length} actors are ready after ${seconds(performance.now() - startedAt)}`);
    for (const { name } of actors)
      say(`   ${name.padEnd(width.actor)}  log: ${shownPath(logFile(layout, name))}`);
    say(`   queues and results: ${shownPath(layout.folder)}/`);
    await Promise.race([use(run), aborted(asked.first)]);
    if (!options.once && !asked.first.aborted) await aborted(asked.first);
  } finally {
    if (asked.first.aborted) say("stopping: what runs may finish for 10 s (Ctrl-C again: at once) ...");
    await run.stop(asked.second);
  }
  say("stopped; nothing is left running");
}

/** n.b. in a terminal npm and our own launcher pass on the Ctrl-C that this process has got already. */
const SAME_SIGNAL_MS = 400;

function stopSignals(): { first: AbortSignal; second: AbortSignal } {
  const first = new AbortController();
  const second = new AbortController();
  let firstAt = 0;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (!first.signal.aborted) {
        firstAt = performance.now();
        first.abort();
      } else if (performance.now() - firstAt > SAME_SIGNAL_MS) second.abort();
    });
  }
  return { first: first.signal, second: second.signal };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

export function widthOf(actors: readonly string[]): { id: number; actor: number } {
  return { id: newEnvelopeId().length + 2, actor: Math.max(9, ...actors.map(({ length }) => length)) };
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
