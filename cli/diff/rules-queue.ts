import type { Finding } from "../../core/finding.ts";
import { isObject } from "../../core/json.ts";
import type { Manifest } from "../../core/manifest.ts";
import type { Mark, Pair } from "./rule.ts";
import type { SideActor } from "./side.ts";

/** A queue that becomes another one, or should and cannot. */
export function replacedQueue({ before, after, afterwards }: Pair): Mark[] {
  const [old, now] = [before.rendered.queueAddress, after.rendered.queueAddress];
  const moved =
    old === now
      ? []
      : [
          {
            code: "R001" as const,
            message: `reads another queue: ${old} -> ${now}; messages of the old one stay there, and nobody reads them`,
          },
        ];
  const kept = (afterwards.rendered?.findings ?? [])
    .filter(isAboutKeptQueue)
    .map(({ message, fix }): Mark => ({ code: "R001", message, fix }));
  return [...moved, ...kept];
}

function isAboutKeptQueue({ code, object }: Finding): boolean {
  return code === "W001" && object?.startsWith("Queue/") === true;
}

/** Messages that are dropped sooner than before. */
export function shorterRetention({ before, after }: Pair): Mark[] {
  return Object.entries(after.rendered.objects).flatMap(([key, object]) => {
    const [old, now] = [retentionSeconds(before.rendered.objects[key]), retentionSeconds(object)];
    if (old === undefined || now === undefined || now >= old) return [];
    const message = `${object.kind} ${object.metadata.name} keeps messages for ${now} s instead of ${old} s; older ones are dropped at once`;
    return [{ code: "R002", message }];
  });
}

export function openedDeletion({ before, after }: Pair): Mark[] {
  if (messagesAtDeletion(before) !== "Retain" || messagesAtDeletion(after) !== "Delete") return [];
  return [{ code: "R003", message: "its messages will go with it" }];
}

/** What becomes of the messages of an actor that goes; `successor` = the new name of the same actor, if there is one. */
export function removedActor(before: SideActor, successor: SideActor | undefined): Mark[] {
  const what =
    successor === undefined
      ? "is removed"
      : `seems to be renamed to ${successor.id}, which gets a queue of its own`;
  const queues = Object.values(before.rendered?.objects ?? {})
    .filter(({ kind }) => kind === "Queue")
    .map(({ metadata }) => metadata.name);
  if (queues.length === 0) return [];
  const list = queues.join(" and ");
  if (messagesAtDeletion(before) === "Delete")
    return [{ code: "R002", message: `${what}: ${list} go with everything in them` }];
  return [{ code: "R013", message: `${what}: ${list} stay with what is in them, and nobody reads them` }];
}

function messagesAtDeletion({ rendered }: SideActor): "Retain" | "Delete" | undefined {
  return rendered?.plan.actor.spec.deletion.messages;
}

function retentionSeconds(object: Manifest | undefined): number | undefined {
  const spec = object?.["spec"];
  const provider = isObject(spec) ? spec["forProvider"] : undefined;
  const seconds = isObject(provider) ? provider["messageRetentionSeconds"] : undefined;
  return typeof seconds === "number" ? seconds : undefined;
}
