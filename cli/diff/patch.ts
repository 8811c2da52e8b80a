import { formatPatch, structuredPatch } from "diff";
import { stringify } from "yaml";
import type { Manifest } from "../../core/manifest.ts";
import { withoutSecrets } from "./secrets.ts";

const NOTHING = "/dev/null";

/**
 * A unified diff of two versions of an object as YAML, secrets hidden; "" where they are the same.
 *
 * @param file - what the object is called in the diff: `namespace/actor/key.yaml`.
 */
export function objectPatch(file: string, before: Manifest | undefined, after: Manifest | undefined): string {
  const [old, now] = withoutSecrets(before, after).map(yamlText);
  if (old === now) return "";
  const patch = structuredPatch(
    before === undefined ? NOTHING : `a/${file}`,
    after === undefined ? NOTHING : `b/${file}`,
    old ?? "",
    now ?? "",
    undefined,
    undefined,
    { context: 3 },
  );
  // n.b. formatPatch puts a line of = before each file.
  return formatPatch(patch).replace(/^=+\n/, "");
}

/** Long lines are not folded, aliases are written out. */
function yamlText(object: Manifest | undefined): string {
  return object === undefined ? "" : stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 });
}
