import type { Manifest } from "../core/manifest.ts";
import { escaped, needsEscapes } from "./read/escape.ts";
import { resolvePlain } from "./read/scalar.ts";

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
    return `---\n${escaped(document.toString({ lineWidth: 0 }))}`;
  };
}

function needsQuotes(text: string): boolean {
  return text === "<<" || resolvePlain(text) !== text || needsEscapes(text) || NO_BLOCK.test(text);
}
