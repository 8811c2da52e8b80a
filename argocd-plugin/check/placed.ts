import type { Finding } from "../../core/finding.ts";
import type { FindingCode } from "../../core/findings.ts";
import type { Manifest } from "../../core/manifest.ts";
import type { SourceObject } from "../read/source-object.ts";

/** An object of the folder and where it stands. */
export interface Placed {
  /** n.b. `metadata.name` is absent where the object has a generateName. */
  manifest: Manifest;
  source: SourceObject;
  /** The finding with object, file, line and column. */
  at: (finding: Finding) => Finding;
}

/** What is wrong about these is the key, not its value. */
const ABOUT_KEYS: ReadonlySet<FindingCode> = new Set<FindingCode>(["E010", "E030"]);

export function placed(source: SourceObject): Placed {
  // The reader has seen apiVersion, kind and a name.
  const manifest = source.object as unknown as Manifest;
  return {
    manifest,
    source,
    at: (finding) => ({
      object: objectName(manifest),
      ...finding,
      file: source.file,
      ...source.locate(finding.path, ABOUT_KEYS.has(finding.code) ? "key" : "value"),
    }),
  };
}

export function nameOf({ metadata }: Manifest): string | undefined {
  return (metadata as Partial<Manifest["metadata"]>).name;
}

export function objectName(manifest: Manifest): string {
  return `${manifest.kind}/${nameOf(manifest) ?? "(generated)"}`;
}
