import { describe, expect, test } from "vitest";
import { formatPath } from "../core/finding.ts";
import { RULES } from "../core/generated/rules.ts";
import { checkRules, judgeRules } from "../functions/asyncactor/compose/rules.ts";
import { checkActorSchema } from "../functions/asyncactor/compose/schema.ts";
import { ruleCases } from "./rule-cases.ts";

const cases = ruleCases();

describe("an AsyncActor gets offline the verdict that stands in its file", () => {
  test.each(cases)("$title", ({ object, old, findings }) => {
    const found = [...checkActorSchema(object), ...checkRules(object, old)];
    expect(found.map(({ code, path }) => `${code} ${formatPath(path)}`).sort()).toEqual([...findings].sort());
  });
});

describe("every rule of the XRD has a case that holds and one that breaks it", () => {
  const judgements = cases.flatMap(({ object, old }) => judgeRules(object, old));
  test.each(RULES.map(({ path, message }) => ({ level: path.join("."), message })))(
    "$level: $message",
    (rule) => {
      const verdicts = judgements
        .filter((one) => one.rule.message === rule.message)
        .map(({ verdict }) => verdict);
      expect(verdicts).toEqual(expect.arrayContaining(["holds", "broken"]));
    },
  );
});

test("no rule meets a value in the cases that it cannot judge, unless the schema refuses that value", () => {
  const puzzled = cases.filter(({ object, old }) =>
    judgeRules(object, old).some(({ verdict }) => verdict instanceof Error),
  );
  for (const { object, title } of puzzled) expect(checkActorSchema(object), title).not.toEqual([]);
});
