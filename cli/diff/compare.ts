import { isDeepStrictEqual } from "node:util";
import type { Finding } from "../../core/finding.ts";
import { isEndActor } from "../../core/names.ts";
import { ceiling, isFourfold } from "./accelerators.ts";
import { judge, judgeAdded, judgeRemoved } from "./judge.ts";
import { objectPairs, objectWords, wholeWords } from "./object-words.ts";
import type { Words } from "./parts.ts";
import { objectPatch } from "./patch.ts";
import type { Risk } from "./risks.ts";
import { ownWords } from "./rules-workload.ts";
import {
  type OtherObject,
  type Place,
  renderActor,
  type Rendered,
  type Side,
  type SideActor,
} from "./side.ts";

/** `refused`: the new side's own errors keep it from being rendered; `unreadable`: its file on the new side has errors. */
export type ChangeStatus = "added" | "removed" | "changed" | "refused" | "unreadable";

export interface ActorChange {
  id: string;
  name: string;
  status: ChangeStatus;
  /** In the new side; of a removed actor in the base. */
  place: Place;
  /** The actor's own YAML says the same: the platform or a flavor changes it. */
  byOthers: boolean;
  words: readonly Words[];
  /** A unified diff for each object that differs. */
  patches: readonly string[];
}

export interface OtherChange {
  id: string;
  status: "added" | "removed" | "changed";
  place: Place;
  patch: string;
}

export interface Comparison {
  changes: readonly ActorChange[];
  others: readonly OtherChange[];
  risks: readonly Risk[];
  unchanged: number;
  /** Actors of the base that could not be rendered, by what was wrong. */
  unknownBefore: readonly string[];
}

interface Context {
  before: Side;
  after: Side;
  now: Date;
}

/**
 * What changes from one revision to another.
 *
 * @param errors - of the new side: what stands in a file with errors may be there although it cannot be seen.
 */
export function compare(before: Side, after: Side, errors: readonly Finding[], now: Date): Comparison {
  const context = { before, after, now };
  const broken = new Set(errors.map(({ file }) => file));
  const unseen = ({ place }: { place: Place }) =>
    broken.has(place.file) || broken.has(undefined) || broken.has(".");
  const ids = [...new Set([...before.actors.keys(), ...after.actors.keys()])].sort();
  const judged = ids.map((id) => changeOf(id, context, unseen));
  const changes = judged.flatMap(({ change }) => change ?? []);
  return {
    changes,
    others: otherChanges(before, after, unseen),
    risks: [...judged.flatMap(({ risks }) => risks), ...totalAccelerators(before, after)],
    unchanged: judged.filter(({ change }) => change === undefined).length,
    unknownBefore: [...before.actors.values()]
      .filter(({ rendered }) => rendered === undefined)
      .map(({ id }) => id),
  };
}

interface Judged {
  change: ActorChange | undefined;
  risks: readonly Risk[];
}

function changeOf(id: string, context: Context, unseen: (actor: SideActor) => boolean): Judged {
  const [old, now] = [context.before.actors.get(id), context.after.actors.get(id)];
  if (now === undefined)
    return old === undefined ? { change: undefined, risks: [] } : removed(old, context, unseen);
  if (now.rendered === undefined) return { change: { ...described(now), status: "refused" }, risks: [] };
  if (old?.rendered === undefined) return added(now, now.rendered, old !== undefined);
  return changed({ ...old, rendered: old.rendered }, { ...now, rendered: now.rendered }, context);
}

function removed(old: SideActor, context: Context, unseen: (actor: SideActor) => boolean): Judged {
  if (unseen(old)) return { change: { ...described(old), status: "unreadable" }, risks: [] };
  const words = old.rendered === undefined ? [] : wholeWords(old.rendered);
  const patches = patchesOf(old, old.rendered, undefined);
  const successor = successorOf(old, context);
  return {
    change: { ...described(old), status: "removed", words, patches },
    risks: judgeRemoved(old, successor),
  };
}

function added(now: SideActor, rendered: Rendered, wasThere: boolean): Judged {
  const words = wholeWords(rendered);
  const status = wasThere ? "changed" : "added";
  const patches = patchesOf(now, undefined, rendered);
  return { change: { ...described(now), status, words, patches }, risks: wasThere ? [] : judgeAdded(now) };
}

function changed(
  before: SideActor & { rendered: Rendered },
  after: SideActor & { rendered: Rendered },
  { after: { world }, now }: Context,
): Judged {
  const sameWords = isDeepStrictEqual(ownWords(before), ownWords(after));
  const sameObjects = isDeepStrictEqual(before.rendered.objects, after.rendered.objects);
  if (sameObjects && sameWords) return { change: undefined, risks: [] };
  const afterwards = renderActor(after.manifest, world, now, before.rendered.objects);
  const risks = judge({ before, after, afterwards });
  const words = objectWords(before.rendered, after.rendered);
  if (words.length === 0 && sameObjects && risks.length === 0) return { change: undefined, risks };
  const patches = patchesOf(after, before.rendered, after.rendered);
  return { change: { ...described(after), status: "changed", byOthers: sameWords, words, patches }, risks };
}

function described({ id, name, place }: SideActor): Omit<ActorChange, "status"> {
  return { id, name, place, byOthers: false, words: [], patches: [] };
}

function patchesOf({ id }: SideActor, before: Rendered | undefined, after: Rendered | undefined): string[] {
  return objectPairs(before, after)
    .map(({ key, before: old, after: now }) => objectPatch(`${id}/${key}.yaml`, old, now))
    .filter((patch) => patch !== "");
}

/** A new actor that says word for word what the old one said. */
function successorOf(old: SideActor, { before, after }: Context): SideActor | undefined {
  if (isEndActor(old.name)) return undefined;
  return [...after.actors.values()].find(
    (actor) =>
      !before.actors.has(actor.id) && isDeepStrictEqual(actor.manifest["spec"], old.manifest["spec"]),
  );
}

function otherChanges(before: Side, after: Side, unseen: (object: OtherObject) => boolean): OtherChange[] {
  const ids = [...new Set([...before.others.keys(), ...after.others.keys()])].sort();
  return ids.flatMap((id): OtherChange[] => {
    const [old, now] = [before.others.get(id), after.others.get(id)];
    const there = now ?? old;
    if (there === undefined || (now === undefined && unseen(there))) return [];
    if (isDeepStrictEqual(old?.manifest, now?.manifest)) return [];
    const status = old === undefined ? "added" : now === undefined ? "removed" : "changed";
    const patch = objectPatch(`${id}.yaml`, old?.manifest, now?.manifest);
    return [{ id, status, place: there.place, patch }];
  });
}

/** All actors together, where no single one says it already. n.b. What either side cannot render counts on neither. */
function totalAccelerators(before: Side, after: Side): Risk[] {
  const total = (side: Side, other: Side) =>
    [...side.actors.values()].reduce((sum, { id, rendered }) => {
      const known = other.actors.get(id);
      const counts = rendered !== undefined && (known === undefined || known.rendered !== undefined);
      return counts ? sum + ceiling(rendered) : sum;
    }, 0);
  const [old, now] = [total(before, after), total(after, before)];
  if (!isFourfold(old, now)) return [];
  const message = `all actors together may use ${now} GPUs instead of ${old}`;
  const fix = "lower scaling.maxReplicas, or see that quota and budget are meant for it";
  return [{ code: "R005", actor: undefined, message, fix, place: undefined }];
}
