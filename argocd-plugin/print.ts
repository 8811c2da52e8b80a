import { once } from "node:events";
import type { Writable } from "node:stream";
import type { Manifest } from "../core/manifest.ts";

const CHUNK = 1 << 20;

export type Output = "json" | "yaml";

/** Prints each object as one JSON line, or as one YAML document. Ends early where nobody reads any more. */
export async function printObjects(
  objects: readonly Manifest[],
  output: Output,
  to: Writable,
): Promise<void> {
  const write = output === "yaml" ? await yamlWriter() : (object: Manifest) => `${JSON.stringify(object)}\n`;
  let chunk = "";
  for (const object of objects) {
    chunk += write(object);
    if (chunk.length < CHUNK) continue;
    if (!to.write(chunk)) await once(to, "drain");
    chunk = "";
  }
  to.write(chunk);
}

/** n.b. kubectl reads YAML 1.1, where `yes` and `0644` are no text unless quoted. */
async function yamlWriter(): Promise<(object: Manifest) => string> {
  const { stringify } = await import("yaml");
  return (object) =>
    `---\n${stringify(object, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false })}`;
}
