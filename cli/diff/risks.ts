import type { Place } from "./side.ts";

/** `error`: something refuses the change, what runs stays as it is; `risk`: look twice; `note`: worth knowing. */
export type Level = "error" | "risk" | "note";

export const LEVELS: readonly Level[] = ["error", "risk", "note"];

/**
 * Every mark that `asya diff` puts on a change. A code never changes its meaning; one that is no
 * longer given keeps its line.
 */
export const RISKS = {
  R001: {
    level: "risk",
    title: "queue replaced",
    seen: "The queue's address, type, name or arguments differ from those that the base renders.",
    why: "A broker changes none of these: the new queue begins empty, messages of the old one wait for a reader that has gone, or the queue keeps its old arguments until somebody makes it again.",
    fix: "Let the queue run empty first, or set the actor or the platform back.",
  },
  R002: {
    level: "risk",
    title: "messages lost",
    seen: "An actor whose messages go with it is removed or renamed, or a queue keeps messages for a shorter time.",
    why: "With deletion.messages Delete the queue goes within a second of its actor, whatever is in it; a shorter retention drops what is older at once.",
    fix: "Let the queue run empty first, or set deletion.messages to Retain in a commit of its own before.",
  },
  R003: {
    level: "note",
    title: "messages no longer outlive their actor",
    seen: "deletion.messages goes from Retain to Delete.",
    why: "Nothing is lost now; the next removal of the actor loses what waits.",
    fix: "Keep Retain where messages are worth anything.",
  },
  R004: {
    level: "risk",
    title: "work in flight killed",
    seen: "The new side has ASYA-W011 where the base has not.",
    why: "From then on a rollout, a drained node or the HPA can kill a handler at work, which is then done again.",
    fix: "Follow the finding's advice (docs/in-flight.md).",
  },
  R005: {
    level: "risk",
    title: "GPU ceiling x4",
    seen: "Most replicas times the accelerators of a pod grows four times or more, for an actor or in total; less than one counts as one.",
    why: "A full queue scales to the ceiling, and the node pool follows.",
    fix: "Lower scaling.maxReplicas, or see that the quota and the budget are meant for it.",
  },
  R006: {
    level: "note",
    title: "pods restarted",
    seen: "The actor's own words change its pod template.",
    why: "All its pods are replaced, a few at a time; work in hand ends first.",
    fix: "Nothing, where that is meant.",
  },
  R007: {
    level: "risk",
    title: "every pod restarted",
    seen: "The pod template of an actor changes although its own words do not: the platform's or a flavor's edit reaches it.",
    why: "All actors that it reaches roll at once: models are loaded again, and a second set of pods may need room.",
    fix: "Merge it when the cluster is quiet, or edit namespace by namespace (the platform's namespaces).",
  },
  R008: {
    level: "risk",
    title: "access widened",
    seen: "access.sendTo opens or names more actors; an IAM policy allows more; a broker user of its own is given up; another role or service account.",
    why: "A handler may then do more than before: it has its pod's rights.",
    fix: "Name the actors that it really sends to in access.sendTo.",
  },
  R009: {
    level: "risk",
    title: "scaler lost or down to zero",
    seen: "Scaling is switched off or paused, or the least number of replicas becomes 0.",
    why: "Without a scaler a full queue brings no pods; at zero the first message waits for a pod to start.",
    fix: "Keep scaling.enabled, or minReplicas at 1 where the first message must not wait.",
  },
  R010: {
    level: "error",
    title: "workload kind or transport flipped",
    seen: "spec.workload.kind or the transport differs from the base, by the actor's own words, a flavor or the platform.",
    why: "The API server or the function refuses it: following it would delete a queue or a workload.",
    fix: "Set it back, or make an actor of another name and move the traffic.",
  },
  R011: {
    level: "error",
    title: "immutable field changed",
    seen: "A field changes that the XRD, the API server or the provider never lets change; or a queue would no longer be rendered.",
    why: "The change is refused, and everything else of the actor waits with it.",
    fix: "Set it back, or delete the actor and create it again.",
  },
  R012: {
    level: "risk",
    title: "actor adopted",
    seen: 'The annotation asya.sh/adopt: "true" appears.',
    why: "A workload or ScaledObject of this name that is already there becomes the actor's, and goes with it.",
    fix: "See that it is the one you mean (docs/upgrade.md).",
  },
  R013: {
    level: "note",
    title: "messages stay behind",
    seen: "An actor whose messages are retained is removed or renamed.",
    why: "Its queue stays with what is in it, and nobody reads it.",
    fix: "Let it run empty first, or delete the queue by hand once nobody needs it.",
  },
} as const satisfies Record<string, { level: Level; title: string; seen: string; why: string; fix: string }>;

export type RiskCode = keyof typeof RISKS;

/** One mark on one actor, or on everything (`actor` undefined). */
export interface Risk {
  code: RiskCode;
  /** `namespace/name` */
  actor: string | undefined;
  message: string;
  fix: string;
  place: Place | undefined;
}

export function levelOf(code: RiskCode): Level {
  return RISKS[code].level;
}

/** Whether a level is as bad as `least`, or worse. */
export function isAtLeast(level: Level, least: Level): boolean {
  return LEVELS.indexOf(level) <= LEVELS.indexOf(least);
}
