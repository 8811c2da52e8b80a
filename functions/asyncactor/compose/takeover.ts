import { type Finding, finding, quoteValue } from "../../../core/finding.ts";
import type { Observed } from "../../../core/manifest.ts";
import type { Transport } from "../../../transports/contract.ts";
import type { EffectiveActor } from "./actor.ts";

const ADOPT = "asya.sh/adopt";

/** What stands where the actor's own objects would: asked for before the first render. */
export interface Existing {
  workload: Observed | undefined;
  scaledObject: Observed | undefined;
}

/** An object of the name that belongs to somebody else must not be taken over by accident. */
export function adoptionFindings(
  actorUid: string | undefined,
  annotations: Readonly<Record<string, string>>,
  existing: Existing,
): Finding[] {
  return [existing.workload, existing.scaledObject].flatMap((object) => {
    if (object === undefined) return [];
    const owner = object.metadata?.ownerReferences?.find(({ controller }) => controller === true);
    if (owner !== undefined && owner.uid === actorUid) return [];
    const what = `${object.kind} ${quoteValue(object.metadata?.name)} exists`;
    if (owner !== undefined) {
      const message = `${what} and is controlled by ${owner.kind} ${quoteValue(owner.name)}`;
      return [
        finding(
          "E044",
          ["metadata", "name"],
          message,
          "delete it, or remove its owner reference and adopt it",
        ),
      ];
    }
    if (annotations[ADOPT] === "true") return [];
    const fix = `annotate the actor with ${ADOPT}: "true" to take it over, or choose another name`;
    return [finding("E044", ["metadata", "name"], `${what} and is not this actor's`, fix)];
  });
}

/** The effective kind or transport type differs from what runs: following it would delete a queue or a workload. */
export function flipFindings(
  actor: EffectiveActor,
  transports: readonly Pick<Transport<unknown>, "type" | "keys">[],
  observed: Readonly<Record<string, Observed>>,
): Finding[] {
  const { kind } = actor.spec.workload;
  const otherKey = kind === "Deployment" ? "statefulset" : "deployment";
  const found: Finding[] = [];
  if (otherKey in observed) {
    const message = `is now ${kind}, but a ${observed[otherKey]?.kind ?? otherKey} runs (got ${quoteValue(kind)})`;
    found.push(
      finding(
        "E043",
        ["spec", "workload", "kind"],
        message,
        "set the flavor or the platform back, or make a new actor",
      ),
    );
  }
  for (const transport of transports) {
    if (transport.type === actor.transportType) continue;
    const key = transport.keys.find((candidate) => candidate in observed);
    if (key === undefined) continue;
    const message = `is now of type ${actor.transportType}, but ${key} exists (got ${quoteValue(actor.spec.transport)})`;
    found.push(
      finding(
        "E043",
        ["spec", "transport"],
        message,
        "set the platform's transport back, or make a new actor",
      ),
    );
  }
  return found;
}

/** A queue that exists and would no longer be rendered: Crossplane would delete it with its messages. */
export function vanishingQueueFindings(
  rendered: Readonly<Record<string, unknown>>,
  observed: Readonly<Record<string, Observed>>,
): Finding[] {
  return Object.entries(observed).flatMap(([key, object]) => {
    if (object.kind !== "Queue" || key in rendered) return [];
    const message = `${key} exists, but the platform no longer asks for it; leaving it out would delete it`;
    return [
      finding(
        "E046",
        ["spec", "transport"],
        message,
        "set the platform's queues settings back, or delete the actor",
      ),
    ];
  });
}
