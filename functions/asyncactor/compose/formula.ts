import { type FieldPath, type Finding, finding, quoteValue } from "../../../core/finding.ts";
import { didYouMean } from "../../../core/suggest.ts";
import type { ScalingModifiers } from "./effective.ts";

const PATH: FieldPath = ["spec", "scaling", "advanced"];

/** Built-in functions and words of expr, KEDA's formula language (https://expr-lang.org/docs/language-definition). */
const WORDS = new Set(
  (
    "abs ceil floor round int float string max min sum mean median len count all any one none map filter find " +
    "first last sort now not and or in true false nil let if else matches contains startsWith endsWith"
  ).split(" "),
);

const TOKEN =
  /\s+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[A-Za-z_]\w*|"[^"]*"|'[^']*'|\?\?|\?:|\*\*|[=!<>]=|&&|\|\||[-+*/%^<>!?:.,()[\]{}|#;]/y;

/**
 * What KEDA's webhook would refuse about `scaling.advanced`: it compiles the formula over named triggers only, wants a
 * target with it and knows no Utilization there. (That a formula needs a target is the XRD's own rule.)
 */
export function formulaFindings(modifiers: ScalingModifiers, triggerNames: readonly string[]): Finding[] {
  const { formula, target, metricType } = modifiers;
  if (formula === undefined) return [];
  const found = [...tokenFindings(formula, triggerNames)];
  if (metricType === "Utilization") {
    found.push(
      finding(
        "E040",
        [...PATH, "metricType"],
        `KEDA refuses Utilization with a formula (got ${quoteValue(metricType)})`,
        "use AverageValue or Value",
      ),
    );
  }
  if (target !== undefined && !(Number(target) > 0)) {
    found.push(
      finding(
        "E040",
        [...PATH, "target"],
        `must be a number above 0 (got ${quoteValue(target)})`,
        'write for example "5"',
      ),
    );
  }
  return found;
}

function tokenFindings(formula: string, triggerNames: readonly string[]): Finding[] {
  const report = (message: string, fix: string) => [
    finding("E040", [...PATH, "formula"], `${message} (got ${quoteValue(formula)})`, fix),
  ];
  const tokens = tokenize(formula);
  if (tokens === undefined)
    return report("has a character that KEDA's expr language does not know", "see https://expr-lang.org");
  if (tokens.length === 0)
    return report("is empty", "remove it, or write for example ceil(queueLength / 10)");
  const unbalanced = unbalancedBracket(tokens);
  if (unbalanced !== undefined)
    return report(`the bracket ${unbalanced} has no partner`, "balance the brackets");
  const misplaced = misplacedToken(tokens);
  if (misplaced !== undefined) return report(misplaced, "see https://expr-lang.org/docs/language-definition");
  if (!tokens.some((token) => triggerNames.includes(token))) {
    const stranger = tokens.find((token) => isName(token)) ?? "";
    return report(
      `uses no trigger; the actor has ${triggerNames.join(", ")}`,
      didYouMean(stranger, triggerNames, `write for example ceil(${triggerNames[0]} / 10)`),
    );
  }
  return tokens
    .filter((token, index) => isName(token) && !triggerNames.includes(token) && tokens[index - 1] !== ".")
    .flatMap((token) =>
      report(
        `"${token}" is no trigger of this actor`,
        didYouMean(token, triggerNames, `it has ${triggerNames.join(", ")}`),
      ),
    );
}

function isName(token: string): boolean {
  return /^[A-Za-z_]/.test(token) && !WORDS.has(token);
}

function tokenize(formula: string): string[] | undefined {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < formula.length) {
    const match = TOKEN.exec(formula);
    if (match === null) return undefined;
    if (match[0].trim() !== "") tokens.push(match[0]);
  }
  return tokens;
}

function unbalancedBracket(tokens: readonly string[]): string | undefined {
  const partners: Record<string, string> = { ")": "(", "]": "[", "}": "{" };
  const open: string[] = [];
  for (const token of tokens) {
    if ("([{".includes(token)) open.push(token);
    else if (token in partners && open.pop() !== partners[token]) return token;
  }
  return open.pop();
}

const PREFIX = /^(?:[-+!]|not)$/;
const INFIX =
  /^(?:\?\?|\?:|\*\*|[=!<>]=|&&|\|\||[*/%^<>?:,]|and|or|in|matches|contains|startsWith|endsWith)$/;
/** Parts of the language that this simple grammar does not know: closures, variables, pipes. */
const BEYOND = /^(?:[{}#|;]|let|if|else)$/;

/** Where a value or an operator is missing, in words; undefined where every operator has its values. */
function misplacedToken(tokens: readonly string[]): string | undefined {
  if (tokens.some((token) => BEYOND.test(token))) return undefined;
  let before = "(";
  for (const token of tokens) {
    const closes = /^[)\]]$/.test(token);
    const opens = /^[([]$/.test(token);
    const expectsValue = awaitsValue(before);
    if (!expectsValue && !closes && !opens && !isOperator(token))
      return `has no operator between ${before} and ${token}`;
    // n.b. a list may be empty or end in a comma, and `not in` is one operator.
    const allowed = closes ? /^[([,]$/.test(before) : before === "not" && token === "in";
    if (expectsValue && !allowed && (closes || INFIX.test(token))) return `has no value before ${token}`;
    before = token;
  }
  return awaitsValue(before) ? `has no value after ${before}` : undefined;
}

function isOperator(token: string): boolean {
  return PREFIX.test(token) || INFIX.test(token) || token === ".";
}

function awaitsValue(token: string): boolean {
  return isOperator(token) || token === "(" || token === "[";
}
