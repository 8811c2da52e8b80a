import { isObject } from "../../core/json.ts";
import { DRAIN_ANNOTATION } from "../../core/names.ts";

/** As much of an AsyncActor as a drain needs. */
export interface ListedActor {
  name: string;
  /** Undefined = it may send to any actor. */
  sendTo: readonly string[] | undefined;
  draining: boolean;
}

/** @param list - an AsyncActorList as the API server answers. */
export function listedActors(list: unknown): ListedActor[] {
  const items: unknown = isObject(list) ? list["items"] : undefined;
  return (Array.isArray(items) ? items : []).filter(isObject).map((item) => {
    const metadata = objectIn(item, "metadata");
    const sendTo = objectIn(objectIn(item, "spec"), "access")["sendTo"];
    return {
      name: String(metadata["name"]),
      sendTo: Array.isArray(sendTo) ? sendTo.map(String) : undefined,
      draining: objectIn(metadata, "annotations")[DRAIN_ANNOTATION] === "true",
    };
  });
}

/** Who may go on filling a queue that is being emptied: by their own words, and because they name nobody. */
export function sendersOf(
  drained: readonly string[],
  actors: readonly ListedActor[],
): { declared: string[]; open: string[] } {
  const others = actors.filter(({ name, draining }) => !draining && !drained.includes(name));
  const names = (of: readonly ListedActor[]) => of.map(({ name }) => name).toSorted();
  return {
    declared: names(others.filter(({ sendTo }) => sendTo?.some((to) => drained.includes(to)))),
    open: names(others.filter(({ sendTo }) => sendTo === undefined)),
  };
}

/** @throws where one of them does not exist, before anything is asked for. */
export function named(
  names: readonly string[],
  actors: readonly ListedActor[],
  namespace: string,
): readonly string[] {
  const missing = names.filter((name) => actors.every((actor) => actor.name !== name));
  if (missing.length === 0) return [...new Set(names)];
  throw new Error(`namespace ${namespace} has no AsyncActor ${missing.join(", ")}: nothing was changed`);
}

function objectIn(parent: Record<string, unknown>, field: string): Record<string, unknown> {
  const value = parent[field];
  return isObject(value) ? value : {};
}
