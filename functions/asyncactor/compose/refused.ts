import { conditionOf } from "../../../core/conditions.ts";
import type { ActorObject } from "./actor.ts";
import type { ActorState } from "./state.ts";

/**
 * What runs, and that a newer spec of it was refused as invalid the last time.
 *
 * n.b. Crossplane's condition only names the objects; why stands in an event.
 */
export function withRefused(state: ActorState, actor: ActorObject): ActorState {
  const synced = conditionOf(actor, "Synced");
  const refused =
    synced?.status === "False" ? /^Unsynced resources: (.+)$/.exec(synced.message)?.[1] : undefined;
  if (refused === undefined) return state;
  const why = `kubectl describe asyncactor ${actor.metadata.name} says why`;
  return { ...state, message: `${state.message}; the API server refuses the newest ${refused}: ${why}` };
}
