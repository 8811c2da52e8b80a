import { isObject } from "../../core/json.ts";
import type { Manifest } from "../../core/manifest.ts";
import { fieldChanges } from "./field-changes.ts";
import { fieldWords } from "./field-words.ts";
import { partOf, type Words } from "./parts.ts";
import { withoutSecrets } from "./secrets.ts";
import type { Rendered } from "./side.ts";

/** Changes of one object that are told one by one. */
const MOST_PER_OBJECT = 12;

/** An actor's composed objects on both sides, undefined where one is not there; by key, in the order of the rendering. */
export function objectPairs(
  before: Rendered | undefined,
  after: Rendered | undefined,
): { key: string; before: Manifest | undefined; after: Manifest | undefined }[] {
  const [left, right] = [before?.objects ?? {}, after?.objects ?? {}];
  const keys = [...new Set([...Object.keys(right), ...Object.keys(left)])];
  return keys.map((key) => ({ key, before: left[key], after: right[key] }));
}

/** What changes in an actor's objects, in plain words. */
export function objectWords(before: Rendered, after: Rendered): Words[] {
  return [
    ...sendToWords(before, after),
    ...objectPairs(before, after).flatMap(({ key, before: old, after: now }) => {
      const part = partOf(key);
      const texts = pairTexts(key, old, now);
      const more = texts.length - MOST_PER_OBJECT;
      const told = more > 0 ? [...texts.slice(0, MOST_PER_OBJECT), `and ${more} more fields`] : texts;
      return told.map((text) => ({ part, text }));
    }),
  ];
}

function pairTexts(key: string, before: Manifest | undefined, after: Manifest | undefined): string[] {
  const named = (object: Manifest) => `${object.kind} ${object.metadata.name}`;
  if (before === undefined) return after === undefined ? [] : [`${named(after)} appears`];
  if (after === undefined) return [`${named(before)} goes`];
  const about = key.endsWith("-dlq") ? "dead letters: " : partOf(key) === "access" ? `${after.kind}: ` : "";
  return fieldChanges(...withoutSecrets(before, after)).map((change) => `${about}${fieldWords(change)}`);
}

function sendToWords(before: Rendered, after: Rendered): Words[] {
  const [old, now] = [sendTo(before), sendTo(after)];
  return old === now ? [] : [{ part: "access", text: `may send to ${old} -> ${now}` }];
}

function sendTo({ plan }: Pick<Rendered, "plan">): string {
  const names = plan.actor.spec.access?.sendTo;
  if (names === undefined) return "any actor";
  return names.length === 0 ? "no actor" : names.join(", ");
}

/** What a new actor brings, or what went with an old one, a line a part. */
export function wholeWords({ objects, plan }: Rendered): Words[] {
  const { scaling, spec } = plan.actor;
  const range = scaling.enabled
    ? `${scaling.minReplicas} to ${scaling.maxReplicas} replicas`
    : `${spec.workload.replicas} replicas, always`;
  const names = (wanted: Words["part"]) =>
    Object.entries(objects)
      .filter(([key]) => partOf(key) === wanted)
      .map(([, { kind, metadata }]) => `${kind} ${metadata.name}`)
      .join(", ");
  const parts: Words[] = [
    { part: "queue", text: names("queue") },
    { part: "access", text: [names("access"), `sends to ${sendTo({ plan })}`].filter(Boolean).join(", ") },
    { part: "workload", text: `${names("workload")}, ${images(objects)}` },
    { part: "scaler", text: [names("scaler"), range].filter(Boolean).join(", ") },
  ];
  return parts.filter(({ text }) => text !== "");
}

function images(objects: Rendered["objects"]): string {
  const spec = (objects["deployment"] ?? objects["statefulset"])?.["spec"];
  const template = isObject(spec) ? spec["template"] : undefined;
  const pod = isObject(template) ? template["spec"] : undefined;
  const containers: unknown = isObject(pod) ? pod["containers"] : undefined;
  if (!Array.isArray(containers)) return "no containers";
  return containers
    .filter(isObject)
    .map(({ name, image }) => `${String(name)} ${typeof image === "string" ? image : "without image"}`)
    .join(", ");
}
