import { expect, test } from "vitest";
import { formatFinding } from "../../../core/finding.ts";
import { readYaml } from "../../../test/requests.ts";
import { planActor } from "./plan.ts";
import { POD_CASES } from "../../../test/pod-cases.ts";

const { data } = readYaml("examples/quickstart/platform.yaml");
const RUNTIME = { name: "asya-runtime", image: "i:1", env: [{ name: "ASYA_HANDLER", value: "a.b" }] };

function found(container: object, pod: object = {}, workload: object = {}, metadata?: object): string[] {
  const actor = {
    apiVersion: "asya.sh/v1alpha1",
    kind: "AsyncActor",
    metadata: { name: "a", namespace: "n" },
    spec: {
      transport: "rabbitmq",
      workload: {
        ...workload,
        template: {
          ...(metadata && { metadata }),
          spec: { ...pod, containers: [{ ...RUNTIME, ...container }] },
        },
      },
    },
  };
  return planActor(actor, { platform: data, flavors: {} })
    .findings.filter(({ code }) => code === "E036")
    .map((one) => formatFinding(one).replace(/ASYA-E036 spec.workload.template.(spec.)?/, ""));
}

const mounts = (...names: string[]) => ({
  volumeMounts: names.map((name, index) => ({ name, mountPath: `/data/${index}` })),
});

test("a mount needs its volume: of the pod, of the claims or an injected one", () => {
  const volumes = [{ name: "models", emptyDir: {} }];
  expect(found(mounts("model"), { volumes })).toEqual([
    'containers[0].volumeMounts[0].name: the pod has no volume "model" - did you mean "models"?',
  ]);
  expect(found(mounts("models", "tmp", "socket-dir"), { volumes })).toEqual([]);
  const claims = { kind: "StatefulSet", volumeClaimTemplates: [{ metadata: { name: "cache" }, spec: {} }] };
  expect(found(mounts("cache"), {}, claims)).toEqual([]);
});

test("one path is mounted once", () => {
  const volumes = [{ name: "x", emptyDir: {} }];
  const volumeMounts = ["/m", "/m/"].map((mountPath) => ({ name: "x", mountPath }));
  expect(found({ volumeMounts }, { volumes })).toEqual([
    'containers[0].volumeMounts[1].mountPath: "/m/" is mounted twice - remove one',
  ]);
});

test("every container has an image, and a workload's pods restart", () => {
  expect(found({ image: "" }, { restartPolicy: "Never", initContainers: [{ name: "fetch" }] })).toEqual([
    'restartPolicy: must be Always in a Deployment or StatefulSet (got "Never") - leave it out',
    'initContainers[0].image: the container "fetch" has no image - set it',
    'containers[0].image: the container "asya-runtime" has no image - set it',
  ]);
});

test.each([
  [{ cpu: 2 }, { cpu: 1 }, 1],
  [{ cpu: "1500m" }, { cpu: "1" }, 1],
  [{ memory: "1Gi" }, { memory: "1000M" }, 1],
  [{ memory: "1e9" }, { memory: "1G" }, 0],
  [{ cpu: "250m" }, { cpu: 0.25 }, 0],
  [{ memory: "2Gi" }, { cpu: 1 }, 0],
])("requests %j, limits %j: %i findings", (requests, limits, count) => {
  expect(found({ resources: { requests, limits } })).toHaveLength(count);
});

test.each(POD_CASES)("a pod with $title", ({ pod, container = {}, metadata, refused }) => {
  const places = found(container, pod, {}, metadata).map((line) => line.slice(0, line.indexOf(": ")));
  expect(places).toEqual(refused === undefined ? [] : [refused.replace(/^spec\./, "")]);
});
