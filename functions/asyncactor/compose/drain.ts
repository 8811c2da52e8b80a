import { isObject } from "../../../core/json.ts";
import { DRAIN_ANNOTATION } from "../../../core/names.ts";
import type { ActorObject } from "./actor.ts";

/** How far the emptying of an actor is; `left` counts messages in the queue and in hand, and is absent where nobody knows. */
export interface Drain {
  state: "Draining" | "Drained";
  left?: number;
  message: string;
}

export function isDraining(annotations: Readonly<Record<string, string>> | undefined): boolean {
  return annotations?.[DRAIN_ANNOTATION] === "true";
}

/**
 * From the observer's numbers alone: no write and no call of ours more than it makes anyway. Undefined where nobody asked.
 *
 * n.b. The observer asks for the depth of an actor without pods once a minute, so messages may have come since.
 */
export function drainOf({ metadata, status }: ActorObject): Drain | undefined {
  if (!isDraining(metadata.annotations)) return undefined;
  const { depth, at } = seenIn(status);
  if (depth === undefined) {
    const message = "how many messages are left is not known: that needs scaling.enabled and the observer";
    return { state: "Draining", message };
  }
  const processing = Number(status?.["processingMessages"] ?? 0);
  const left = Math.max(depth, processing);
  return left === 0
    ? { state: "Drained", left, message: `nothing was left at ${at}, and no other number is known since` }
    : {
        state: "Draining",
        left,
        message: `${left} messages are left, ${processing} of them being processed`,
      };
}

function seenIn(status: ActorObject["status"]): { depth: number | undefined; at: string } {
  const observed = status?.["observed"];
  if (!isObject(observed)) return { depth: undefined, at: "" };
  const queue = observed["queue"];
  const depth = isObject(queue) ? queue["depth"] : undefined;
  return { depth: typeof depth === "number" ? depth : undefined, at: String(observed["at"]) };
}
