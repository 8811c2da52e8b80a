import { once } from "node:events";
import type { Writable } from "node:stream";
import { type Progress, UNWATCHED } from "./deadline/progress.ts";
import type { SourceObject } from "./read/source-object.ts";
import { yamlWriter } from "./print-yaml.ts";

const CHUNK_BYTES = 1 << 18;

export type Output = "json" | "yaml";

/** What is printed of an object. */
type Printed = Pick<SourceObject, "json" | "read">;

/** Prints each object as one JSON line, or as one YAML document: in large pieces, each when the one before is gone. */
export async function printObjects(
  objects: readonly Printed[],
  output: Output,
  to: Writable,
  progress: Progress = UNWATCHED,
): Promise<void> {
  const yaml = output === "yaml" ? await yamlWriter() : undefined;
  let pieces: Buffer[] = [];
  let bytes = 0;
  for (const [done, object] of objects.entries()) {
    progress({ phase: "printing", done, of: objects.length, file: "" });
    const piece = yaml === undefined ? object.json : Buffer.from(yaml(object.read()));
    pieces.push(piece);
    bytes += piece.length;
    if (bytes < CHUNK_BYTES) continue;
    if (!to.write(Buffer.concat(pieces))) await once(to, "drain");
    pieces = [];
    bytes = 0;
  }
  to.write(Buffer.concat(pieces));
}
