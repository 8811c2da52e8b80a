import { Composer, type Document, Lexer, Parser } from "yaml";
import { convert } from "./convert.ts";
import type { Limits } from "./limits.ts";
import type { Parsed, Problem, Recorder } from "./parsed.ts";
import { syntaxProblem } from "./syntax-problem.ts";

/** All of YAML that kubectl reads, with every problem found. `expansion` is what aliases may still add. */
export function readFullYaml(text: string, limits: Limits, expansion: number, record?: Recorder): Parsed {
  const composed = compose(text, limits);
  if ("code" in composed) return { kind: "broken", problems: [composed] };
  const document = composed.find(({ contents }) => contents !== null && !isEmptyNode(contents));
  const errors = composed.flatMap((each) => each.errors);
  const problems = errors.slice(0, limits.findingsPerDocument).map((error) => syntaxProblem(error, text));
  const version = composed.find(({ directives }) => directives?.yaml.explicit)?.directives?.yaml.version;
  if (version !== undefined && version !== "1.1") problems.unshift(wrongVersion(version, text));
  if (problems.length > 0) return { kind: "broken", problems };
  if (document?.contents == null) return { kind: "empty" };
  return convert(document.contents, { limits, expansion, record });
}

/** Token by token, so that neither nesting nor sheer number takes memory before it is refused. */
function compose(text: string, limits: Limits): Document.Parsed[] | Problem {
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
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
    // n.b. the lexer marks a document, a flow scalar and its end with a lexeme that is not in the text.
    if (lexeme !== "\x02" && lexeme !== "\x1f" && lexeme !== "\x18") offset += lexeme.length;
    if (parser.stack.length > limits.depth + 2) return tooDeep(offset - lexeme.length, limits);
    if (++count > limits.tokens) return tooMany(offset, limits);
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end(false, text.length));
  return documents;
}

function isEmptyNode(node: Document.Parsed["contents"]): boolean {
  return node !== null && node.range[0] === node.range[1] && node.tag === undefined && !("anchor" in node && node.anchor);
}

export function tooDeep(offset: number, limits: Limits): Problem {
  const message = `nested deeper than ${limits.depth} levels`;
  return { code: "E003", offset, message, fix: "no Kubernetes object is that deep; look for a generator gone wrong" };
}

function tooMany(offset: number, limits: Limits): Problem {
  const message = `this document has more than ${limits.tokens} tokens of YAML`;
  return { code: "E003", offset, message, fix: "split it into several documents or write it as JSON" };
}

function wrongVersion(version: string, text: string): Problem {
  return {
    code: "E001",
    offset: Math.max(text.indexOf("%YAML"), 0),
    message: `kubectl reads YAML 1.1 only (got %YAML ${version})`,
    fix: "remove the %YAML line",
  };
}
