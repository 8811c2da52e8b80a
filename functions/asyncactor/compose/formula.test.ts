import { expect, test } from "vitest";
import { formatFinding } from "../../../core/finding.ts";
import { formulaFindings } from "./formula.ts";

const TRIGGERS = ["queueLength"];

test.each([
  "queueLength",
  "ceil(queueLength / 10)",
  "queueLength > 10 ? ceil((queueLength - 10) / 2) + 2 : ceil(queueLength / 5)",
  "max([queueLength, 3]) * 1.5",
  "min(queueLength ** 2, 100) ?? 1",
])("KEDA can compile %s", (formula) => {
  expect(formulaFindings({ formula, target: "1" }, TRIGGERS)).toEqual([]);
});

test.each([
  ["ceil(queuelength / 10)", 'did you mean "queueLength"?'],
  ["ceil(queueLength / 10", "balance the brackets"],
  ["ceil(queueLength / 10))", "balance the brackets"],
  ["1 + 1", "write for example ceil(queueLength / 10)"],
  ["queueLength + rabbitmq", "it has queueLength"],
  ["queueLength \\ 2", "see https://expr-lang.org"],
  ["", "remove it"],
])("KEDA would refuse %s", (formula, fix) => {
  const [first] = formulaFindings({ formula, target: "1" }, TRIGGERS);
  expect(first && formatFinding(first)).toContain(fix);
});

test("Utilization and a target that is no number are refused with a formula", () => {
  const found = formulaFindings(
    { formula: "queueLength", target: "much", metricType: "Utilization" },
    TRIGGERS,
  );
  expect(found.map(({ path }) => path.at(-1))).toEqual(["metricType", "target"]);
});

test("a long hostile formula is judged in linear time", () => {
  const formula = `queueLength${" + 1".repeat(50_000)}`;
  expect(formulaFindings({ formula, target: "1" }, TRIGGERS)).toEqual([]);
});

test.each([
  ["queueLength *", "has no value after *"],
  ["queueLength * )", "the bracket )"],
  ["(queueLength + )", "has no value before )"],
  ["* queueLength", "has no value before *"],
  ["queueLength / / 2", "has no value before /"],
  ["queueLength 2", "has no operator between queueLength and 2"],
  ["max(, queueLength)", "has no value before ,"],
])("%s is refused as KEDA's webhook would: it %s", (formula, words) => {
  expect(formulaFindings({ formula, target: "1" }, ["queueLength"])[0]?.message).toContain(words);
});

test.each([
  "-queueLength + +1",
  "queueLength > 5 ? queueLength : 5",
  "not (queueLength in [1, 2]) ? 1 : 2",
  "queueLength not in [1] ? 1 : 2",
  "max([queueLength, 1]) - -1",
  "queueLength ?? 1",
  "max([queueLength, 1,]) + .5 + len(1..3) + queueLength?.x",
  "now().Hour() > 8 ? queueLength : 0",
  "filter([queueLength], {# > 1})[0]",
  "queueLength | max(3)",
  "let x = queueLength; x * 2",
])("%s is left to KEDA", (formula) => {
  const found = formulaFindings({ formula, target: "1" }, ["queueLength"]);
  expect(found.filter(({ message }) => message.includes("has no"))).toEqual([]);
});
