import { expect, test } from "vitest";
import type { Finding } from "../core/finding.ts";
import type { FindingCode } from "../core/findings.ts";
import { inReadingOrder, jsonReport, summary, textReport } from "./report.ts";

const at = (code: FindingCode, file: string, line: number): Finding => {
  return {
    code,
    file,
    line,
    column: 1,
    path: ["spec"],
    message: "is wrong",
    fix: "correct it",
    object: "X/x",
  };
};

test("errors come first, then file, line and column; the first line is an error itself, the last a summary", () => {
  const findings = [
    at("I001", "a.yaml", 1),
    at("W001", "a.yaml", 1),
    at("E013", "b.yaml", 2),
    at("E011", "b.yaml", 1),
  ];
  expect(textReport(findings, 5).split("\n")).toEqual([
    "b.yaml:1:1 ASYA-E011 spec: is wrong - correct it",
    "b.yaml:2:1 ASYA-E013 spec: is wrong - correct it",
    "a.yaml:1:1 ASYA-W001 spec: is wrong - correct it",
    "a.yaml:1:1 ASYA-I001 spec: is wrong - correct it",
    "2 errors, 1 warning, 1 note in 2 of 5 files",
    "",
  ]);
});

test("lines are compared as numbers", () => {
  expect(inReadingOrder([at("E011", "a", 10), at("E011", "a", 9)]).map(({ line }) => line)).toEqual([9, 10]);
});

test("nothing to say is nothing said", () => {
  expect(textReport([], 3)).toBe("");
  expect(jsonReport([])).toBe("[]\n");
});

test("a finding about the folder counts no file", () => {
  expect(summary([{ ...at("E004", ".", 1) }], 0)).toBe("1 error");
});

test("equal notes are shown three times, and no more than 200 lines are", () => {
  const notes = Array.from({ length: 10 }, (_, index) => at("I001", "a", index));
  expect(textReport(notes, 1).split("\n").slice(3)).toEqual([
    "... and 7 more (--findings json prints all)",
    "10 notes in 1 of 1 file",
    "",
  ]);
  const errors = Array.from({ length: 300 }, (_, index) => at("E011", "a", index));
  expect(textReport(errors, 1).split("\n")).toHaveLength(203);
  expect(JSON.parse(jsonReport(errors))).toHaveLength(300);
});

test("the JSON form is SPEC's", () => {
  expect(JSON.parse(jsonReport([at("E011", "a.yaml", 3)]))).toEqual([
    {
      code: "ASYA-E011",
      severity: "error",
      title: "wrong type",
      file: "a.yaml",
      line: 3,
      column: 1,
      object: "X/x",
      path: "spec",
      message: "is wrong",
      fix: "correct it",
    },
  ]);
});
