import { expect, test } from "vitest";
import { formatPath } from "../../../core/finding.ts";
import { effectiveSpec } from "./effective.ts";
import { judgePodTemplate } from "./pod-template.ts";

function spec(container: object, claimSpec: object = {}) {
  const template = { spec: { containers: [{ name: "asya-runtime", image: "app:1", ...container }] } };
  const volumeClaimTemplates = [{ metadata: { name: "data" }, spec: claimSpec }];
  return effectiveSpec(
    { transport: "sqs", workload: { kind: "StatefulSet", template, volumeClaimTemplates } },
    {},
    [],
  );
}

/** A cluster whose containers have one field that nobody knows yet. */
const future = {
  properties: {
    spec: {
      properties: {
        template: {
          properties: {
            spec: {
              properties: {
                containers: { items: { properties: { name: {}, image: {}, fieldOfTheFuture: {} } } },
              },
            },
          },
        },
      },
    },
  },
};

function verdict(container: object, clusterSchema: unknown, claimSpec?: object) {
  const { findings, needsClusterSchema } = judgePodTemplate(spec(container, claimSpec), clusterSchema);
  return { found: findings.map(({ code, path }) => `${code} ${formatPath(path)}`), needsClusterSchema };
}

test("a template of fields that every supported Kubernetes knows needs no cluster", () => {
  expect(verdict({}, undefined)).toEqual({ found: [], needsClusterSchema: false });
});

test("an unknown field is the cluster's to judge, and an error where it has no schema to give", () => {
  const unknown = "E030 spec.workload.template.spec.containers[0].fieldOfTheFuture";
  expect(verdict({ fieldOfTheFuture: 1 }, undefined)).toEqual({ found: [], needsClusterSchema: true });
  expect(verdict({ fieldOfTheFuture: 1 }, future)).toEqual({ found: [], needsClusterSchema: true });
  expect(verdict({ fieldOfTheFuture: 1 }, null)).toEqual({ found: [unknown], needsClusterSchema: true });
});

test("a newer field that this cluster does not have is an error there", () => {
  const lifecycle = { lifecycle: { stopSignal: "SIGINT" } };
  expect(verdict(lifecycle, null)).toEqual({ found: [], needsClusterSchema: true });
  expect(verdict(lifecycle, future).found).toEqual([
    "E030 spec.workload.template.spec.containers[0].lifecycle",
  ]);
});

test("a volume claim is judged in every case", () => {
  const found = ["E030 spec.workload.volumeClaimTemplates[0].spec.accessMode"];
  for (const schema of [undefined, null, future]) {
    expect(verdict({}, schema, { accessMode: ["ReadWriteOnce"] }).found).toEqual(found);
  }
});
