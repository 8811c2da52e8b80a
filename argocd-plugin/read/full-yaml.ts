import { Composer, type Document, Lexer, Parser } from "yaml";
import { quoteValue } from "../../core/finding.ts";
import { convert } from "./convert.ts";
import type { Limits } from "./limits.ts";
import type { Parsed, Problem, Recorder } from "./parsed.ts";
import { tooDeep, tooLong, tooMany } from "./refusals.ts";
import { syntaxProblem } from "./syntax-problem.ts";

/** All of YAML that kubectl reads, with every problem found. `expansion` is what aliases may still add. */
export function readFullYaml(text: string, limits: Limits, expansion: number, record?: Recorder): Parsed {
  const control = controlCharacter(text);
  if (control !== undefined) return { kind: "broken", problems: [control] };
  const composed = compose(text, limits);
  if ("code" in composed) return { kind: "broken", problems: [composed] };
  const { documents } = composed;
  const document = documents.find(({ contents }) => contents !== null && !isEmptyNode(contents));
  const directives = directiveProblems(documents, text);
  const problems = directives.length > 0 ? directives : syntaxProblems(composed, text, limits);
  if (problems.length > 0) return { kind: "broken", problems };
  if (document?.contents == null) return { kind: "empty" };
  return convert(document.contents, { text, limits, expansion, record });
}

/** @see https://github.com/go-yaml/yaml/blob/v2/readerc.go ("control characters are not allowed") */
// oxlint-disable-next-line no-control-regex -- they are what it looks for
const REFUSED_CHARACTER = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;

function controlCharacter(text: string): Problem | undefined {
  const found = REFUSED_CHARACTER.exec(text);
  if (found === null) return undefined;
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  const message = `YAML does not allow the control character U+${code}`;
  const fix = `remove it, or write "\\u${code}" in double quotes`;
  return { code: "E001", offset: found.index, message, fix };
}

interface Composed {
  documents: Document.Parsed[];
  /** Of the last quoted scalar: where a quote is not closed, it is this one. */
  quoteOffset: number;
}

/** Token by token, so that neither nesting nor sheer number takes memory before it is refused. */
function compose(text: string, limits: Limits): Composed | Problem {
  const parser = new Parser();
  const composer = new Composer({
    schema: "failsafe",
    version: "1.1",
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  const documents: Document.Parsed[] = [];
  let count = 0;
  let offset = 0;
  let quoteOffset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    count += 1 + lineFeeds(lexeme);
    if (count > limits.tokens) return tooMany("tokens", offset, limits);
    if (lexeme.length > limits.scalar && !lexeme.startsWith("#")) return tooLong(offset, limits);
    if (lexeme.startsWith('"') || lexeme.startsWith("'")) quoteOffset = offset;
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
    // n.b. the lexer marks a document, a flow scalar and its end with a lexeme that is not in the text.
    if (lexeme !== "\x02" && lexeme !== "\x1f" && lexeme !== "\x18") offset += lexeme.length;
    if (parser.stack.length > limits.depth + 2) return tooDeep(offset - lexeme.length, limits);
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end(true, text.length));
  return { documents, quoteOffset };
}

function lineFeeds(lexeme: string): number {
  let count = 0;
  for (let at = lexeme.indexOf("\n"); at !== -1; at = lexeme.indexOf("\n", at + 1)) count++;
  return count;
}

function isEmptyNode(node: Document.Parsed["contents"]): boolean {
  return (
    node !== null &&
    node.range[0] === node.range[1] &&
    node.tag === undefined &&
    !("anchor" in node && node.anchor)
  );
}

function directiveProblems(documents: readonly Document.Parsed[], text: string): Problem[] {
  const version =
    documents.find(({ directives }) => directives?.yaml.explicit)?.directives?.yaml.version ?? "1.1";
  const unknown = documents.some(({ warnings }) => warnings.some(({ code }) => code === "BAD_DIRECTIVE"));
  if (version === "1.1" && !unknown) return [];
  const offset = Math.max(text.search(/^%/m), 0);
  const line = quoteValue(/.*/.exec(text.slice(offset))?.[0].trim());
  const message = `kubectl reads YAML 1.1 and no directive but %YAML 1.1 and %TAG (got ${line})`;
  return [{ code: "E001", offset, message, fix: "remove the line" }];
}

/** The parser goes on after a mistake and stumbles over what follows: the first of each line counts. */
function syntaxProblems({ documents, quoteOffset }: Composed, text: string, limits: Limits): Problem[] {
  const lines = new Set<number>();
  const problems = documents
    .flatMap(({ errors }) => errors)
    .map((error) => syntaxProblem(error, text, quoteOffset))
    .filter(({ offset }) => {
      const lineStart = text.lastIndexOf("\n", offset - 1);
      return !lines.has(lineStart) && lines.add(lineStart);
    });
  return problems.slice(0, limits.findingsPerDocument);
}
