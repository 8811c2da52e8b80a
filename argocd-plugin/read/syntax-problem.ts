import type { YAMLParseError } from "yaml";
import type { Problem } from "./parsed.ts";

const FIXES: Partial<Record<YAMLParseError["code"], string>> = {
  TAB_AS_INDENT: "indent with spaces",
  BAD_ALIAS: "define the anchor (&name) before the alias (*name), in the same document",
  BAD_INDENT: "give all members of a mapping or list the same indentation",
  BAD_SCALAR_START: "put the value in quotes",
  BLOCK_AS_IMPLICIT_KEY: 'put a value that contains ": " in quotes, or give the nested mapping a line of its own',
  MULTILINE_IMPLICIT_KEY: 'end the key with ":" on its own line',
  MISSING_CHAR: "close the quote or bracket, or add what is missing",
  BAD_DQ_ESCAPE: "write a backslash as two, or use single quotes",
  KEY_OVER_1024_CHARS: "a key has at most 1024 characters",
};

/** A finding of the parser in our words. n.b. its messages may quote the document after a colon, a Secret's value too. */
export function syntaxProblem(error: YAMLParseError, text: string): Problem {
  const offset = Math.min(error.pos[0], text.length);
  const tab = error.code !== "TAB_AS_INDENT" && startsWithTab(text, offset);
  const code = tab ? "TAB_AS_INDENT" : error.code;
  return {
    code: "E001",
    offset,
    message: code === "TAB_AS_INDENT" ? "a tab stands where YAML wants spaces" : wording(error),
    fix: FIXES[code] ?? "correct the YAML here or just before",
  };
}

function wording({ code, message }: YAMLParseError): string {
  if (code === "BAD_DQ_ESCAPE") return "invalid escape sequence in double quotes";
  const plain = message.replace(/(?:: |token ).*"[^]*$/, "").replace(/^Unresolved alias.*: /, "no anchor for the alias ");
  return plain.slice(0, 1).toLowerCase() + plain.slice(1);
}

function startsWithTab(text: string, offset: number): boolean {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  return /^ *\t/.test(text.slice(lineStart, offset + 1));
}
