import { type Finding, finding } from "../../../core/finding.ts";
import type { EffectiveActor } from "./actor.ts";
import { GRACE_MARGIN_SECONDS } from "./defaults.ts";
import { type Cut, type InFlight, inFlight, SETTLING_SECONDS } from "./in-flight.ts";
import type { Trigger } from "./in-flight-stops.ts";

/** At most one: that the actor's own words let a stop kill work in hand, when that is, and what to do. */
export function inFlightFindings(actor: EffectiveActor, trigger: Trigger | undefined): Finding[] {
  const verdict = inFlight(actor, trigger);
  const [first] = verdict.cuts;
  if (first === undefined) return [];
  const message = `${causes(verdict)} can kill work in hand, which is then done again (${timeline(verdict)})`;
  return [finding("W011", first.path, message, verdict.cuts.map((cut) => remedy(cut, verdict)).join("; "))];
}

/** What happens to a handler that began just before its pod was told to stop. */
export function timeline({ cuts, graceSeconds, handlerSeconds }: InFlight): string {
  const moments: [seconds: number, words: string][] = [
    [0, "SIGTERM at 0 s"],
    ...cuts.filter(({ by }) => by !== "pod").map(momentOf),
    [handlerSeconds, `a handler may run until ${handlerSeconds} s`],
    [graceSeconds, `SIGKILL at ${graceSeconds} s`],
  ];
  return moments
    .toSorted(([a], [b]) => a - b)
    .map(([, words]) => words)
    .join("; ");
}

function momentOf({ by, afterSeconds, cloud }: Cut): [number, string] {
  const words =
    by === "node"
      ? `the node is gone at ${afterSeconds} s (${cloud ?? "spot"})`
      : `asya-runtime ends at ${afterSeconds} s`;
  return [afterSeconds, words];
}

function causes({ cuts, stops }: InFlight): string {
  const nodesOnly = cuts.every(({ by }) => by === "node");
  return nodesOnly ? "the end of a spot node" : listed(stops.map((stop) => `a ${stop}`));
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`;
}

function remedy({ by, afterSeconds, path }: Cut, { handlerSeconds }: InFlight): string {
  const isOwnVariable = path.includes("env");
  if (by === "node") {
    const most = afterSeconds - SETTLING_SECONDS;
    return `use nodes that stay, or a timeout.processing of at most ${most}s, or leave it where doing work twice is cheap`;
  }
  if (by === "pod") {
    const least = handlerSeconds + GRACE_MARGIN_SECONDS;
    return `set timeout.processing to ${handlerSeconds}s instead of ASYA_RUNTIME_TIMEOUT, or timeout.gracefulShutdown to at least ${least}s`;
  }
  return isOwnVariable
    ? "remove ASYA_STOP_TIMEOUT: the runtime then works as long as its pod may"
    : `use at most ${afterSeconds} s, the most that the runtime goes on`;
}
