import { expect, test } from "vitest";
import type { Finding } from "../core/finding.ts";
import type { FindingCode } from "../core/findings.ts";
import { Findings } from "./check/findings.ts";
import { fullReport, inReadingOrder, jsonReport, textReport } from "./report.ts";

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

const all = (findings: readonly Finding[], notes = true) => {
  const collected = new Findings({ kept: 1_000, notes });
  collected.add(findings);
  return collected;
};

test("errors come first, then file, line and column; the first line is an error itself, the last a summary", () => {
  const findings = [
    at("I001", "a.yaml", 1),
    at("W001", "a.yaml", 1),
    at("E013", "b.yaml", 2),
    at("E011", "b.yaml", 1),
  ];
  expect(fullReport(all(findings), 5).split("\n")).toEqual([
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
  expect(textReport(all([]), 3)).toBe("");
  expect(fullReport(all([]), 3)).toBe("");
  expect(jsonReport([])).toBe("[]\n");
});

test("a finding about the folder counts no file", () => {
  expect(fullReport(all([at("E004", ".", 1)]), 0)).toMatch(/\n1 error\n$/);
});

test("the plugin's text counts notes only, beside something else; no more than 200 lines are shown", () => {
  const notes = Array.from({ length: 10 }, (_, index) => at("I001", "b", index));
  for (const kept of [true, false]) {
    expect(textReport(all(notes, kept), 1)).toBe("");
    expect(textReport(all([at("W001", "a", 1), ...notes], kept), 2).split("\n")).toEqual([
      "a:1:1 ASYA-W001 spec: is wrong - correct it",
      "1 warning in 1 of 2 files; 10 notes: asya validate shows them",
      "",
    ]);
  }
  const errors = Array.from({ length: 1_500 }, (_, index) => at("E011", "a", index));
  expect(textReport(all(errors), 1).split("\n").slice(200)).toEqual([
    "... and 1300 more: asya validate shows them",
    "1500 errors in 1 of 1 file",
    "",
  ]);
  expect(all(errors).kept).toHaveLength(1_000);
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
