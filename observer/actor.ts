import { isObject } from "../core/json.ts";

/** What the observer reads of an AsyncActor; nothing in it is promised. */
export interface Actor {
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    resourceVersion?: string;
    deletionTimestamp?: string;
  };
  status?: Record<string, unknown>;
}

/** Our own fields of the status and what they depend on: a thousand actors are kept in memory. */
const READ = ["observed", "queuedMessages", "processingMessages", "scaledObjectRef", "status"] as const;

export function trimActor({ metadata, status }: Actor): Actor {
  const { name, namespace, uid, resourceVersion, deletionTimestamp } = metadata;
  return {
    metadata: {
      name,
      namespace,
      uid,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    status: Object.fromEntries(
      READ.flatMap((field) => (status?.[field] === undefined ? [] : [[field, status[field]]])),
    ),
  };
}

export function keyOf({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}

/** Whether the function says that nothing is under way and nothing is wrong. */
export function isSettled({ status }: Actor): boolean {
  return status?.["status"] === "Running" || status?.["status"] === "Napping";
}

/** The name of the ScaledObject that the function made for it; undefined without scaling. */
export function scaledObjectOf(actor: Actor): string | undefined {
  const reference = actor.status?.["scaledObjectRef"];
  const name = isObject(reference) ? reference["name"] : undefined;
  return typeof name === "string" && name !== "" ? name : undefined;
}
