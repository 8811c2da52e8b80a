import { describe, expect, test } from "vitest";
import { formatFinding } from "../../../core/finding.ts";
import { checkRules } from "./rules.ts";

const containers = [{ name: "asya-runtime", image: "app:1" }];

function actor(spec: object, name = "a"): Record<string, unknown> {
  const workload = { template: { spec: { containers } } };
  return {
    apiVersion: "asya.sh/v1alpha1",
    kind: "AsyncActor",
    metadata: { name },
    spec: { transport: "sqs", workload, ...spec },
  };
}

function lines(object: unknown, old?: unknown): string[] {
  return checkRules(object, old).map(formatFinding);
}

describe("checkRules", () => {
  test("says which field, which value, which rule and what to do", () => {
    expect(
      lines(actor({ scaling: { minReplicas: 5, maxReplicas: 2 }, retry: { maxDelay: "5 min" } }, "my.actor")),
    ).toEqual([
      'ASYA-E014 metadata.name: metadata.name must not contain a dot (it is a queue name and a DNS label) (got "my.actor") - use - instead',
      "ASYA-E014 spec.scaling.maxReplicas: scaling.maxReplicas must not be below scaling.minReplicas (got 2) - raise maxReplicas or lower minReplicas",
      'ASYA-E014 spec.retry.maxDelay: retry.maxDelay must be a duration (got "5 min") - write seconds (30) or a duration like 90s, 5m, 1h',
    ]);
  });

  test("points into the list where an entry breaks a rule", () => {
    const both = { name: "A", value: "b", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } };
    expect(lines(actor({ sidecar: { env: [{ name: "OK" }, both] } }))).toEqual([
      "ASYA-E014 spec.sidecar.env[1].valueFrom: sidecar.env has an entry with value and valueFrom - keep one of them",
    ]);
  });

  test("compares with the old object only where there is one", () => {
    const line =
      'ASYA-E014 spec.transport: transport is immutable (messages would stay behind in the old queue) (got "rabbitmq") - create an actor of another name';
    expect(lines(actor({ transport: "rabbitmq" }), actor({ transport: "sqs" }))).toEqual([line]);
    expect(lines(actor({ transport: "rabbitmq" }))).toEqual([]);
  });

  test("takes null for absent, as the API server does", () => {
    expect(lines(actor({ scaling: { minReplicas: 5, maxReplicas: null, cooldownPeriod: null } }))).toEqual(
      [],
    );
  });

  test.each([
    ["nothing", undefined],
    ["text", "actor"],
    ["a list", []],
  ])("has nothing to say about %s", (_, value) => {
    expect(checkRules(value)).toEqual([]);
  });

  test.each([
    ["containers that are no list", { workload: { template: { spec: { containers: "asya-runtime" } } } }],
    ["containers without names", { workload: { template: { spec: { containers: [{}, null, 1] } } } }],
    ["no template", { workload: {} }],
    ["no workload", { workload: null }],
    ["a replica count in words", { scaling: { minReplicas: "one", maxReplicas: 1 } }],
    ["numbers beyond all integers", { scaling: { cooldownPeriod: 1e300 } }],
    ["a spec that is a list", []],
  ])("leaves %s to the schema check, without an error of its own", (_, spec) => {
    const object = Array.isArray(spec) ? { ...actor({}), spec } : actor(spec);
    expect(lines(object).filter((line) => line.includes("cannot be evaluated"))).toEqual([]);
  });

  test("judges objects that have a field called constructor like others", () => {
    const spec = {
      labels: { constructor: "x" },
      workload: { template: { spec: { containers, constructor: "x" } } },
    };
    expect(lines(actor(spec))).toEqual([]);
    expect(lines(actor({ workload: { template: { spec: { containers: [], constructor: "x" } } } }))).toEqual([
      expect.stringContaining("exactly one container must be named asya-runtime"),
    ]);
  });

  test("is not brought down by an object nested 50,000 deep", () => {
    let deep: unknown = 1;
    for (let level = 0; level < 50_000; level++) deep = { deep };
    expect(lines(actor({ workload: { template: { spec: { containers, deep } } } }))).toEqual([]);
  });
});
