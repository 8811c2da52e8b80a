import { expect, test } from "vitest";
import type { Live } from "../kubernetes.ts";
import { sharedFields } from "./writers.ts";

function deployment(...managedFields: { manager: string; operation: string; fieldsV1: object }[]): Live {
  const metadata = { name: "a", uid: "1", resourceVersion: "1", managedFields };
  return { kind: "Deployment", metadata, spec: {} };
}

const REPLICAS = { "f:spec": { "f:replicas": {} } };

test("a field of two managers is found, with both names", () => {
  const object = deployment(
    { manager: "keda", operation: "Update", fieldsV1: REPLICAS },
    { manager: "apiextensions.crossplane.io/composed/1", operation: "Apply", fieldsV1: REPLICAS },
  );
  expect(sharedFields(object)).toEqual([
    {
      object: "Deployment/a",
      field: ".spec.replicas",
      managers: ["apiextensions.crossplane.io/composed/1", "keda"],
    },
  ]);
});

test("fields beside each other in one map are no fight, nor is Crossplane under its two names", () => {
  const label = (name: string) => ({ "f:metadata": { "f:labels": { ".": {}, [`f:${name}`]: {} } } });
  const object = deployment(
    { manager: "keda", operation: "Update", fieldsV1: label("a") },
    { manager: "kubectl", operation: "Update", fieldsV1: label("b") },
    { manager: "crossplane", operation: "Update", fieldsV1: REPLICAS },
    { manager: "apiextensions.crossplane.io/composite", operation: "Apply", fieldsV1: REPLICAS },
  );
  expect(sharedFields(object)).toEqual([]);
});
