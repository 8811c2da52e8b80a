import { type Advice, withAdvice } from "../../../core/advice.ts";
import { conditionOf, failed, READY, type Readiness, waiting } from "../../../core/conditions.ts";
import type { Observed } from "../../../core/manifest.ts";

/** In KEDA's words. */
const ADVICE: Advice = [
  // n.b. the cause stands in its events only.
  [
    /not working correctly/,
    "kubectl describe scaledobject NAME says why: KEDA cannot read the queue's depth",
  ],
  [/resolving secret/, "a Secret that the platform's transport names must exist in the actor's namespace"],
];

/** A ScaledObject works: KEDA accepted it. An inactive or paused one is ready, too. */
export function scaledObjectReadiness(object: Observed): Readiness {
  if (object.metadata?.deletionTimestamp !== undefined) return waiting("is being deleted");
  const ready = conditionOf(object, "Ready");
  if (ready?.status === "True") return READY;
  if (ready?.status === "False") {
    const message = ready.message || ready.reason || "KEDA refuses the ScaledObject";
    return failed(withAdvice(message, ADVICE).replace(" NAME ", ` ${object.metadata?.name ?? ""} `));
  }
  return waiting("KEDA has not looked at the ScaledObject yet");
}

/**
 * The worst of several: a failure before waiting before ready. Undefined where one of the keys is not observed yet.
 *
 * @param keys - what must exist; the message names the object's key.
 */
export function worstOf(
  keys: readonly string[],
  readiness: (key: string) => Readiness | undefined,
): Readiness | undefined {
  let worst: Readiness | undefined = READY;
  for (const key of keys) {
    const one = readiness(key);
    if (one?.failed) return { ...one, message: `${key}: ${one.message}` };
    if (one === undefined) worst = undefined;
    else if (!one.ready && worst?.ready) worst = { ...one, message: `${key}: ${one.message}` };
  }
  return worst;
}
