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

/** Every rule at every level where it applies. */
export function judgeRules(actor: unknown, old?: unknown, rules: readonly Rule[] = RULES): Judgement[] {
  if (!isObject(actor)) return [];
  const root = { path: [], self: celObject(actor), oldSelf: isObject(old) ? celObject(old) : undefined };
  return rules.flatMap((rule) =>
    levelsOf(rule.path, root)
      .filter(({ oldSelf }) => !rule.transition || oldSelf !== undefined)
      .map(({ path, self, oldSelf }) => ({ rule, path, verdict: evaluate(rule.rule, { self, oldSelf }) })),
  );
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

function levelsOf(steps: readonly string[], level: Level): Level[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [level];
  return childrenOf(step, level).flatMap((child) => levelsOf(rest, child));
}

function childrenOf(step: string, { path, self, oldSelf }: Level): Level[] {
  if (step === "[]") {
    if (!Array.isArray(self)) return [];
    return self.map((item: unknown, index) => ({ path: [...path, index], self: item, oldSelf: undefined }));
  }
  if (!isObject(self)) return [];
  const before = isObject(oldSelf) ? oldSelf : {};
  const names = step === "{}" ? Object.keys(self) : Object.hasOwn(self, step) ? [step] : [];
  return names.map((name) => ({
    path: [...path, name],
    self: self[name],
    oldSelf: Object.hasOwn(before, name) ? before[name] : undefined,
  }));
}

/** The parts of an object that rules may see. */
function celObject({ metadata, spec }: Record<string, unknown>): unknown {
  const name = isObject(metadata) && typeof metadata["name"] === "string" ? metadata["name"] : "";
  return { metadata: { name }, ...(spec === undefined ? {} : { spec: celValue(spec) }) };
}

/** No rule looks deeper, and protobuf carries nothing deeper to a function. */
const DEPTH_LIMIT = 100;

/** n.b. cel-js tells types by `value.constructor`: a label of that name is one to it. No rule reads such a field. */
const UNSEEN = "constructor";

/** n.b. cel-js takes numbers for doubles, and `has()` is true for null there, unlike in Kubernetes. */
function celValue(value: unknown, depth = 0): unknown {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (depth === DEPTH_LIMIT) return undefined;
  if (Array.isArray(value)) return value.map((item) => celValue(item, depth + 1));
  const members = Object.entries(value).filter(
    ([name, member]) => member !== null && member !== undefined && name !== UNSEEN,
  );
  return Object.fromEntries(members.map(([name, member]) => [name, celValue(member, depth + 1)]));
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
