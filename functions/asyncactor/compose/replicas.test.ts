import { expect, test } from "vitest";
import type { Observed } from "../../../core/manifest.ts";
import { handOverReplicas } from "./replicas.ts";

const CROSSPLANE = "apiextensions.crossplane.io/composed/3f1a";

function deployment(
  replicas: number,
  owner?: { manager: string; operation: string; subresource?: string },
): Observed {
  const managedFields =
    owner === undefined ? [] : [{ ...owner, fieldsV1: { "f:spec": { "f:replicas": {} } } }];
  return { kind: "Deployment", metadata: { resourceVersion: "41", managedFields }, spec: { replicas } };
}

test("without scaling the number is ours, whoever wrote it last", () => {
  const scaled = deployment(7, { manager: "keda-operator", operation: "Update", subresource: "scale" });
  expect(handOverReplicas(false, 3, scaled)).toEqual({ replicas: 3 });
  expect(handOverReplicas(false, 0, undefined)).toEqual({ replicas: 0 });
});

test("with scaling it is written at creation, so that no pod starts for nothing", () => {
  expect(handOverReplicas(true, 0, undefined)).toEqual({ replicas: 0 });
});

test("while our apply entry owns the field we repeat what is there, guarded by the resource version", () => {
  const ours = deployment(1, { manager: CROSSPLANE, operation: "Apply" });
  expect(handOverReplicas(true, 0, ours)).toEqual({ replicas: 1, resourceVersion: "41" });
});

test.each([
  ["KEDA owns it", deployment(1, { manager: "keda-operator", operation: "Update", subresource: "scale" })],
  [
    "the HPA owns it",
    deployment(3, { manager: "kube-controller-manager", operation: "Update", subresource: "scale" }),
  ],
  ["nobody owns it, as after a scale to zero", deployment(0)],
  ["another applier owns it", deployment(2, { manager: "kubectl", operation: "Apply" })],
])("once %s we never write it again", (_, observed) => {
  expect(handOverReplicas(true, 0, observed)).toEqual({});
});
