import { type ParseResult, parse } from "@marcbachmann/cel-js";
import { type FieldPath, type Finding, finding, quoteValue } from "../../../core/finding.ts";
import { RULES } from "../../../core/generated/rules.ts";
import { isObject } from "../../../core/json.ts";
import type { Rule } from "../../../core/rule.ts";
import { checkActorSchema } from "./schema.ts";

/** What stands at a rule's level, and what stood there before; both as CEL sees them. */
interface Level {
  path: FieldPath;
  self: unknown;
  oldSelf: unknown;
}

/** A rule at one level of an object: whether it holds, or why that cannot be said. */
export interface Judgement {
  rule: Rule;
  path: FieldPath;
  verdict: "holds" | "broken" | Error;
}

/**
 * Every CEL rule of the XRD that an actor breaks. What has the wrong type for a rule is `checkActorSchema`'s matter.
 *
 * @param old - the object before the update; without it no rule that compares is evaluated.
 */
export function checkRules(actor: unknown, old?: unknown): Finding[] {
  return judgeRules(actor, old).flatMap((judgement) => toFinding(judgement, actor));
}

/**
 * Every rule at every level where it applies.
 *
 * n.b. Loops, here and below: nine tenths of the time that the plugin takes for an actor is code that ran a few times only.
 */
export function judgeRules(actor: unknown, old?: unknown, rules: readonly Rule[] = RULES): Judgement[] {
  if (!isObject(actor)) return [];
  const root = { path: [], self: celObject(actor), oldSelf: isObject(old) ? celObject(old) : undefined };
  const judgements: Judgement[] = [];
  // Rules of one level stand together.
  let walked: readonly string[] | undefined;
  let levels: readonly Level[] = [];
  for (const rule of rules) {
    if (rule.transition && root.oldSelf === undefined) continue;
    if (walked === undefined || !isSamePath(walked, rule.path)) levels = levelsOf((walked = rule.path), root);
    for (const { path, self, oldSelf } of levels) {
      if (rule.transition && oldSelf === undefined) continue;
      judgements.push({ rule, path, verdict: evaluate(rule.rule, { self, oldSelf }) });
    }
  }
  return judgements;
}

function isSamePath(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

function evaluate(rule: string, variables: { self: unknown; oldSelf: unknown }): Judgement["verdict"] {
  try {
    return program(rule)(variables) === true ? "holds" : "broken";
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function toFinding({ rule, path, verdict }: Judgement, actor: unknown): Finding[] {
  if (verdict === "holds") return [];
  const at = targetOf(rule, path);
  if (verdict === "broken") {
    const [what = "", fix = ""] = rule.message.split(/; (.*)/s);
    return [finding("E014", at, what + got(valueAt(actor, at)), fix)];
  }
  if (hasWrongShape(actor, path)) return [];
  const message = `the rule ${rule.rule} cannot be evaluated (${verdict.message.split("\n", 1)[0]})`;
  return [finding("E014", at, message, "correct the fields it reads")];
}

/** Whether the schema check has a finding there: then the rule met something that it was not written for. */
function hasWrongShape(actor: unknown, path: FieldPath): boolean {
  return checkActorSchema(actor).some((one) =>
    path.every((step, at) => at >= one.path.length || one.path[at] === step),
  );
}

/** n.b. root rules see metadata.name only, and a fieldPath into metadata is refused by the API server. */
function targetOf(rule: Rule, path: FieldPath): FieldPath {
  if (rule.fieldPath !== undefined) return [...path, ...rule.fieldPath.split(".").filter(Boolean)];
  return path.length === 0 ? ["metadata", "name"] : path;
}

function levelsOf(steps: readonly string[], root: Level): Level[] {
  let levels = [root];
  for (const step of steps) {
    const below: Level[] = [];
    for (const level of levels) addChildren(step, level, below);
    if (below.length === 0) return below;
    levels = below;
  }
  return levels;
}

function addChildren(step: string, { path, self, oldSelf }: Level, to: Level[]): void {
  if (step === "[]") {
    if (Array.isArray(self))
      self.forEach((item: unknown, index) =>
        to.push({ path: [...path, index], self: item, oldSelf: undefined }),
      );
    return;
  }
  if (!isObject(self) || (step !== "{}" && !Object.hasOwn(self, step))) return;
  const before = isObject(oldSelf) ? oldSelf : {};
  for (const name of step === "{}" ? Object.keys(self) : [step])
    to.push({
      path: [...path, name],
      self: self[name],
      oldSelf: Object.hasOwn(before, name) ? before[name] : undefined,
    });
}

/** The parts of an object that rules may see. */
function celObject({ metadata, spec }: Record<string, unknown>): unknown {
  const name = isObject(metadata) && typeof metadata["name"] === "string" ? metadata["name"] : "";
  return { metadata: { name }, ...(spec === undefined ? {} : { spec: celValue(spec) }) };
}

/** No rule looks deeper, and protobuf carries nothing deeper to a function. */
const DEPTH_LIMIT = 100;

/** n.b. cel-js tells types by `value.constructor`: a label of that name is one to it. No rule reads such a field. */
const UNSEEN = ["constructor", "__proto__"];

/** n.b. cel-js takes numbers for doubles, and `has()` is true for null there, unlike in Kubernetes. */
function celValue(value: unknown, depth = 0): unknown {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (depth === DEPTH_LIMIT) return undefined;
  if (Array.isArray(value)) return value.map((item) => celValue(item, depth + 1));
  const seen: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    if (member === null || member === undefined || UNSEEN.includes(name)) continue;
    seen[name] = celValue(member, depth + 1);
  }
  return seen;
}

function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((at, step) => {
    if (Array.isArray(at)) return typeof step === "number" ? at[step] : undefined;
    return isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }, value);
}

function got(value: unknown): string {
  const scalar = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  return scalar ? ` (got ${quoteValue(value)})` : "";
}

const programs = new Map<string, ParseResult>();

function program(rule: string): ParseResult {
  let parsed = programs.get(rule);
  if (parsed === undefined) programs.set(rule, (parsed = parse(rule)));
  return parsed;
}
