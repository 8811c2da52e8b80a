import { type Finding, finding, quoteValue } from "../../../core/finding.ts";
import type { Observed } from "../../../core/manifest.ts";
import type { Transport } from "../../../transports/contract.ts";
import type { EffectiveActor } from "./actor.ts";

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
