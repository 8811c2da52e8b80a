import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Document, parseDocument } from "yaml";
import { readText } from "../requests.ts";

/** The quickstart's GPU actor under another name. */
export function actorText(index: number, image?: string): Document {
  const actor = parseDocument(readText("examples/quickstart/caption-image.yaml"));
  actor.setIn(["metadata", "name"], `actor-${index}`);
  if (image !== undefined)
    actor.setIn(["spec", "workload", "template", "spec", "containers", 0, "image"], image);
  return actor;
}

/** One file each; with an image of its own the content is one that nobody has seen. */
export async function writeActors(folder: string, count: number, image?: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let index = 0; index < count; index++)
    await writeFile(join(folder, `actor-${index}.yaml`), actorText(index, image).toString());
}
