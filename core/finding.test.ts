import { expect, test } from "vitest";
import { finding, formatFinding, formatPath } from "./finding.ts";
import { nearest } from "./suggest.ts";

test("a finding is one line: place, code, field, what, value, rule, what to do", () => {
  const one = finding(
    "E012",
    ["spec", "scaling", "maxReplicas"],
    'must be a whole number (got "ten")',
    "write 10",
  );
  expect(formatFinding({ ...one, file: "a/b.yaml", line: 7, column: 18 })).toBe(
    'a/b.yaml:7:18 ASYA-E012 spec.scaling.maxReplicas: must be a whole number (got "ten") - write 10',
  );
});

test("a line break in a message does not break the line", () => {
  expect(formatFinding(finding("E001", [], "one\n  two", ""))).toBe("ASYA-E001 one two");
});

test("list positions stand in brackets, keys that are no identifiers in quotes", () => {
  expect(formatPath(["spec", "containers", 0, "limits", "nvidia.com/gpu"])).toBe(
    'spec.containers[0].limits["nvidia.com/gpu"]',
  );
});

test.each([
  ["maxReplica", "maxReplicas"],
  ["imagePulPolicy", "imagePullPolicy"],
  ["containerProt", "containerPort"],
  ["zzz", undefined],
])("nearest to %s is %s", (word, expected) => {
  expect(nearest(word, ["minReplicas", "maxReplicas", "imagePullPolicy", "containerPort"])).toBe(expected);
});

test("outside of a file the object is named, so that its owner is known", () => {
  const one = finding("E021", ["data", "sidecar"], "is missing", "set it");
  expect(formatFinding({ ...one, object: "EnvironmentConfig/asya-platform" })).toBe(
    "ASYA-E021 EnvironmentConfig/asya-platform data.sidecar: is missing - set it",
  );
});
