import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { crdValidator } from "./crds.ts";

const root = resolve(import.meta.dirname, "..");
const validator = crdValidator();

function objectsOf(file: string): unknown[] {
  return parseAllDocuments(readFileSync(join(root, file), "utf8")).map((document): unknown =>
    document.toJS(),
  );
}

function yamlFilesOf(folder: string): string[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".yaml")).map((file) => join(folder, file));
}

describe.skipIf(validator === undefined)("the real CRDs", () => {
  test.each([...yamlFilesOf("xrds"), ...yamlFilesOf("compositions")])("take every object of %s", (file) => {
    for (const object of objectsOf(file)) expect(validator?.violations(object)).toEqual([]);
  });

  const queue = {
    apiVersion: "sqs.aws.m.upbound.io/v1beta1",
    kind: "Queue",
    metadata: { name: "asya-a" },
    spec: { forProvider: { region: "eu-central-1", name: "asya-a" } },
  };

  test("refuse a field that they do not have", () => {
    const wrong = { ...queue, spec: { forProvider: { ...queue.spec.forProvider, visibilityTimeout: 30 } } };
    expect(validator?.violations(queue)).toEqual([]);
    expect(validator?.violations(wrong)).toEqual([
      "spec.forProvider.visibilityTimeout: visibilityTimeout is not a known field",
    ]);
  });

  test("refuse what their own CEL rules forbid", () => {
    const role = {
      ...queue,
      apiVersion: "iam.aws.m.upbound.io/v1beta1",
      kind: "Role",
      spec: { forProvider: {} },
    };
    expect(validator?.violations(role)).toEqual([
      expect.stringContaining("spec.forProvider.assumeRolePolicy is a required parameter"),
    ]);
  });

  test("and the XRD refuse a status field that is not declared: it would be pruned", () => {
    const spec = {
      transport: "sqs",
      workload: { template: { spec: { containers: [{ name: "asya-runtime" }] } } },
    };
    const actor = { apiVersion: "asya.sh/v1alpha1", kind: "AsyncActor", metadata: { name: "a" }, spec };
    const status = {
      status: "Running",
      conditions: [],
      effective: { workload: { kind: "Deployment", template: {} } },
    };
    expect(validator?.violations({ ...actor, status })).toEqual([
      "status.effective.workload.template: template is not a known field",
    ]);
  });

  test("refuse a pod field that Kubernetes does not have", () => {
    const labels = { app: "a" };
    const containers = [{ name: "a", image: "a:1", imagePulPolicy: "Always" }];
    const deployment = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "a" },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
    };
    expect(validator?.violations(deployment)).toEqual([
      "spec.template.spec.containers[0].imagePulPolicy: imagePulPolicy is not a known field",
    ]);
  });
});
