import type { Finding } from "../../core/finding.ts";
import type { FindingCode } from "../../core/findings.ts";
import type { Manifest } from "../../core/manifest.ts";
import type { SourceObject } from "../read/source-object.ts";
import type { Position } from "../read/text.ts";

/** What is wrong about these is the key, not its value. */
const ABOUT_KEYS: ReadonlySet<FindingCode> = new Set<FindingCode>(["E010", "E030"]);

/** The finding with object, file, line and column. */
export function placedAt(source: SourceObject): (finding: Finding) => Finding {
  return (finding) => ({
    object: source.title,
    ...finding,
    ...placeIn(source, () => source.locate(finding.path, ABOUT_KEYS.has(finding.code) ? "key" : "value")),
  });
}

/** The file, and the place in it unless kustomize built the object: the finding then names the object. */
export function placeIn(
  { file, document }: SourceObject,
  position: () => Position,
): { file: string } & Partial<Position> {
  return document.built === true ? { file } : { file, ...position() };
}

/** Lines where objects begin, document by document: one place in a document takes as long to know as all. */
export function linesOf(objects: readonly SourceObject[]): ReadonlyMap<SourceObject, number> {
  const documents = new Map<unknown, SourceObject[]>();
  for (const object of new Set(objects)) {
    const known = documents.get(object.document);
    if (known === undefined) documents.set(object.document, [object]);
    else known.push(object);
  }
  return new Map([...documents.values()].flat().map((object) => [object, object.line]));
}

/** An actor of the folder, in the namespace where it will be. */
export interface Actor {
  source: SourceObject;
  namespace: string | undefined;
}

/** @param namespace - of objects that name none: the Application's destination. */
export function actorOf(source: SourceObject, namespace: string | undefined): Actor {
  return { source, namespace: source.namespace ?? namespace };
}

export function readActor({ source, namespace }: Actor): Manifest {
  const manifest = source.read();
  if (namespace === undefined) return manifest;
  return { ...manifest, metadata: { ...manifest.metadata, namespace } };
}
