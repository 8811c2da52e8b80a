import { type Finding, finding, quoteValue } from "../../../core/finding.ts";
import type { EffectiveActor } from "./actor.ts";

/** On every object of an actor. */
const ACTOR_LABEL = "asya.sh/actor";

/** Asya 0.1's immutable selector, exactly these three: a live 0.1 workload can be taken over in place. */
export function selectorLabels(actor: EffectiveActor): Record<string, string> {
  return {
    app: actor.name,
    "asya.sh/asya": actor.name,
    "asya.sh/workload": actor.spec.workload.kind.toLowerCase(),
  };
}

export function objectLabels(actor: EffectiveActor): Record<string, string> {
  return { ...actor.spec.labels, [ACTOR_LABEL]: actor.name };
}

export function podLabels(actor: EffectiveActor): Record<string, string> {
  return { ...actor.spec.labels, ...actor.spec.workload.template.metadata?.labels, ...ourLabels(actor) };
}

/** A user's label of one of our four names with another value: the selector would not find the pods. */
export function labelFindings(actor: EffectiveActor): Finding[] {
  const places = [
    { path: ["spec", "labels"], labels: actor.spec.labels },
    {
      path: ["spec", "workload", "template", "metadata", "labels"],
      labels: actor.spec.workload.template.metadata?.labels,
    },
  ];
  return places.flatMap(({ path, labels }) =>
    Object.entries(ourLabels(actor)).flatMap(([name, value]) => {
      const theirs = labels?.[name];
      if (theirs === undefined || theirs === value) return [];
      return [
        finding(
          "E035",
          [...path, name],
          `the workload's selector needs the label with the value ${quoteValue(value)} (got ${quoteValue(theirs)})`,
          "remove the label; it is set for you",
        ),
      ];
    }),
  );
}

function ourLabels(actor: EffectiveActor): Record<string, string> {
  return { ...selectorLabels(actor), [ACTOR_LABEL]: actor.name };
}
