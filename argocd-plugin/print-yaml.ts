import type { Manifest } from "../core/manifest.ts";
import { resolvePlain } from "./read/scalar.ts";

/** n.b. go-yaml refuses these or ends a line at them, unless they are escapes in double quotes. */
// oxlint-disable-next-line no-control-regex -- they are what it looks for
const NOT_RAW = /[\r\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** n.b. go-yaml refuses a block scalar whose first line begins with a tab, and drops spaces of one that has no line. */
const NO_BLOCK = /^\s*(?:\t|$)/;

/** n.b. kubectl reads YAML 1.1, where `yes`, `0644` and even `0o14` are no text unless quoted. */
export async function yamlWriter(): Promise<(object: Manifest) => string> {
  const { Document, visit } = await import("yaml");
  return (object) => {
    const document = new Document(object, { aliasDuplicateObjects: false });
    visit(document, {
      Scalar: (_key, node) => {
        if (typeof node.value === "string" && needsQuotes(node.value)) node.type = "QUOTE_DOUBLE";
      },
    });
    const text = document.toString({ lineWidth: 0 });
    return `---\n${text.replace(NOT_RAW, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)}`;
  };
}

function needsQuotes(text: string): boolean {
  return text === "<<" || resolvePlain(text) !== text || text.search(NOT_RAW) !== -1 || NO_BLOCK.test(text);
}
