import type { FieldPath } from "../../../core/finding.ts";
import type { EffectiveActor } from "./actor.ts";
import { handlerLimit, podGraceSeconds, runtimeStopLimit } from "./in-flight-limits.ts";
import { spotNode } from "./in-flight-spot.ts";
import { stopsOfBusyPods, type StopEvent, type Trigger } from "./in-flight-stops.ts";

/** Seconds that a sidecar has after a handler's answer: to send, to have it confirmed, to ack. */
export const SETTLING_SECONDS = 5;

/** What ends a handler that may still be at work, and how long after SIGTERM. */
export interface Cut {
  by: "pod" | "runtime" | "node";
  afterSeconds: number;
  /** The words that make it possible. */
  path: FieldPath;
  /** Of a node: whose it is. */
  cloud?: string;
}

/** A pod's stop, seen from work that has just begun. */
export interface InFlight {
  stops: StopEvent[];
  handlerSeconds: number;
  graceSeconds: number;
  /** Earliest first; empty = no stop can cost work. */
  cuts: Cut[];
}

/**
 * Whether a stop of a busy pod lets its work end. At SIGTERM the sidecar gives back what has not begun, so the longest
 * work is one handler that began just before: it needs its timeout and a few seconds to settle.
 *
 * @param trigger - undefined while the transport is not known.
 */
export function inFlight(actor: EffectiveActor, trigger: Trigger | undefined): InFlight {
  const handler = handlerLimit(actor);
  const graceSeconds = podGraceSeconds(actor);
  const stop = runtimeStopLimit(actor);
  const spot = spotNode(actor.spec.workload.template.spec);
  const processing = ["spec", "timeout", "processing"];
  const all: Cut[] = [
    { by: "pod", afterSeconds: graceSeconds, path: handler.path ?? processing },
    { by: "runtime", afterSeconds: stop.seconds, path: stop.path ?? handler.path ?? processing },
    ...(spot === undefined
      ? []
      : [{ by: "node" as const, afterSeconds: spot.noticeSeconds, path: spot.path, cloud: spot.cloud }]),
  ];
  const needed = handler.seconds + SETTLING_SECONDS;
  return {
    stops: stopsOfBusyPods(actor, trigger),
    handlerSeconds: handler.seconds,
    graceSeconds,
    // n.b. The runtime needs no time to settle: it has answered then.
    cuts: all
      .filter(({ by, afterSeconds }) => afterSeconds < (by === "runtime" ? handler.seconds : needed))
      .toSorted((a, b) => a.afterSeconds - b.afterSeconds),
  };
}
