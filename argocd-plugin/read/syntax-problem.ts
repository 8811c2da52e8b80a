import type { YAMLParseError } from "yaml";
import type { Problem } from "./parsed.ts";

type Code = YAMLParseError["code"];

const MISSING_COLON = 'the ":" of a key is missing, or is on another line';

const MESSAGES: Partial<Record<Code, string>> = {
  TAB_AS_INDENT: "a tab stands where YAML wants spaces",
  BLOCK_AS_IMPLICIT_KEY: 'a second ": " or "- " stands on the line of a key',
  MULTILINE_IMPLICIT_KEY: MISSING_COLON,
  KEY_OVER_1024_CHARS: "a key has more than 1024 characters",
  BAD_DQ_ESCAPE: "invalid escape sequence in double quotes",
};

const FIXES = {
  TAB_AS_INDENT: "indent with spaces",
  BAD_INDENT: "give all members of a mapping or list the same indentation",
  BAD_SCALAR_START: "put the value in quotes",
  BLOCK_AS_IMPLICIT_KEY: "put the value in quotes, or start the nested mapping or list on the next line",
  MULTILINE_IMPLICIT_KEY: 'end the key with ": " on its own line, or correct the indentation',
  KEY_OVER_1024_CHARS: 'write it as "? key" and ": value"',
  BAD_DQ_ESCAPE: "write a backslash as two, or use single quotes",
} satisfies Partial<Record<Code, string>>;

/** How the parser calls what it did not expect. */
const TOKENS: readonly (readonly [RegExp, string])[] = [
  [/block-seq-ind/, '"- "'],
  [/map-value-ind/, '":"'],
  [/flow-map-start/, '"{"'],
  [/flow-map-end/, '"}"'],
  [/flow-seq-start/, '"["'],
  [/flow-seq-end/, '"]"'],
  [/scalar|flow-error-end|newline/, "text"],
  [/ (?:token|at node end).*$/, ""],
];

/** A finding of the parser in our words. n.b. it reports an unclosed quote at the end of the text. */
export function syntaxProblem(error: YAMLParseError, text: string, quoteOffset: number): Problem {
  if (/^Missing closing .quote/.test(error.message)) {
    return { code: "E001", offset: quoteOffset, message: "this quote is never closed", fix: "close it" };
  }
  const offset = Math.min(error.pos[0], text.length);
  if (error.message.startsWith("Implicit map keys need")) {
    return { code: "E001", offset, message: MISSING_COLON, fix: FIXES.MULTILINE_IMPLICIT_KEY };
  }
  if (/^Flow (?:map|sequence) in block/.test(error.message)) {
    const fix = "close it, or indent its lines more than the key before it";
    return { code: "E001", offset, message: 'a "[" or "{" before this is not closed', fix };
  }
  const code = tabBefore(text, offset) ? "TAB_AS_INDENT" : error.code;
  return {
    code: "E001",
    offset,
    message: MESSAGES[code] ?? reworded(error.message),
    fix: (FIXES as Partial<Record<Code, string>>)[code] ?? "correct the YAML here or just before",
  };
}

/** n.b. after a colon the parser's messages may quote the document, so a Secret's value too. */
function reworded(message: string): string {
  const plain = message.slice(0, 120).replace(/: [^]*$/, "");
  const text = plain.startsWith("Unexpected")
    ? TOKENS.reduce((all, [token, name]) => all.replace(token, name), plain)
    : plain;
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

function tabBefore(text: string, offset: number): boolean {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  return /^ *\t/.test(text.slice(lineStart, offset + 1));
}
