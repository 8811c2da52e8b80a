import { expect, test } from "vitest";
import { leftoversIn } from "./leftovers.ts";

const ours = {
  initContainers: [
    { name: "asya-runtime-install", image: "sidecar:1", args: ["install-runtime", "/opt/asya"] },
  ],
  containers: [
    {
      name: "asya-runtime",
      image: "model:2",
      command: ["python3", "/opt/asya/asya_runtime.py"],
      startupProbe: { exec: { command: ["python3"] } },
      readinessProbe: { exec: { command: ["python3"] } },
    },
    {
      name: "asya-sidecar",
      image: "sidecar:1",
      env: [
        { name: "ASYA_ACTOR_NAME", value: "read" },
        {
          name: "ASYA_RABBITMQ_PASSWORD",
          valueFrom: { secretKeyRef: { name: "rabbitmq", key: "password" } },
        },
      ],
    },
  ],
  volumes: [
    { name: "socket-dir", emptyDir: {} },
    { name: "asya-runtime", emptyDir: {} },
  ],
};

test("a workload that is as we would make it leaves nothing, older images and the API server's defaults included", () => {
  const [runtime, sidecar] = ours.containers;
  const earlier = {
    ...ours,
    containers: [{ ...runtime, image: "model:1", terminationMessagePath: "/dev/termination-log" }, sidecar],
    restartPolicy: "Always",
  };
  expect(leftoversIn(earlier, ours)).toEqual([]);
});

test("a Deployment of Asya 0.1 would keep its ConfigMap under the name of our volume", () => {
  const volumes = [ours.volumes[0], { name: "asya-runtime", configMap: { name: "asya-runtime" } }];
  expect(leftoversIn({ ...ours, volumes }, ours)).toEqual(["volume asya-runtime (configMap)"]);
});

test("what no apply takes away is named: containers, volumes, commands, probes of another kind, plain variables", () => {
  const [runtime, sidecar] = ours.containers;
  const theirs = {
    initContainers: [{ name: "download" }],
    containers: [
      { ...runtime, readinessProbe: { httpGet: { path: "/" } } },
      { ...sidecar, command: ["sh"], env: [{ name: "ASYA_RABBITMQ_PASSWORD", value: "guest" }] },
      { name: "proxy" },
    ],
    volumes: [{ name: "models", persistentVolumeClaim: { claimName: "m" } }],
  };
  expect(leftoversIn(theirs, ours)).toEqual([
    "readinessProbe of container asya-runtime",
    "command of container asya-sidecar",
    "variable ASYA_RABBITMQ_PASSWORD of container asya-sidecar",
    "container proxy",
    "container download",
    "volume models (persistentVolumeClaim)",
  ]);
});

test("a ScaledObject has no pods to leave anything of", () => {
  expect(leftoversIn(undefined, undefined)).toEqual([]);
});
