import { TooMany } from "./cursor.ts";
import type { Limits } from "./limits.ts";
import type { Parsed, Recorder } from "./parsed.ts";
import { tooMany } from "./refusals.ts";
import { readSimpleYaml } from "./simple-yaml.ts";

type FullReader = (typeof import("./full-yaml.ts"))["readFullYaml"];

/** Set when the first document needs it: the `yaml` package takes as long to load as a hundred actors to read. */
let fullReader: FullReader | undefined;

export async function parseDocument(text: string, limits: Limits, expansion: number): Promise<Parsed> {
  const simple = readSimpleYaml(text);
  if (simple === "empty") return { kind: "empty" };
  if (simple instanceof TooMany)
    return { kind: "broken", problems: [tooMany("members", simple.offset, limits)] };
  if (simple !== undefined) return { kind: "value", ...simple, problems: [], expansion: 0 };
  fullReader ??= (await import("./full-yaml.ts")).readFullYaml;
  return fullReader(text, limits, expansion);
}

/** The root's offset and, through `record`, every member's, of a text that was parsed before. */
export function recordPlaces(
  text: string,
  limits: Limits,
  record: Recorder,
): { value: unknown; offset: number } {
  const simple = readSimpleYaml(text, record);
  if (simple !== undefined && simple !== "empty" && !(simple instanceof TooMany)) return simple;
  const parsed = fullReader?.(text, limits, limits.expansion, record);
  return parsed?.kind === "value" ? parsed : { value: undefined, offset: 0 };
}
