import { expect, test } from "vitest";
import { type Pod, trimPod } from "./pod.ts";
import { gaugeIn, sidecarTarget } from "./sidecar-metrics.ts";

const POD: Pod = {
  metadata: { name: "a-1", namespace: "n", uid: "1", labels: { "asya.sh/actor": "a", app: "a" } },
  spec: {
    containers: [
      { name: "asya-runtime", env: [{ name: "TOKEN", value: "secret" }] },
      { name: "asya-sidecar", ports: [{ name: "asya-metrics", containerPort: 9_090 }] },
    ],
  },
  status: { podIP: "10.0.0.7", conditions: [{ type: "Ready", status: "True" }] },
};

test("a ready pod's sidecar is asked at its own port", () => {
  expect(sidecarTarget(POD)).toEqual({
    uid: "1",
    url: "http://10.0.0.7:9090/metrics",
    metric: "asya_actor_active_messages",
  });
});

test("a prefix of its own is known, an IPv6 address stands in brackets", () => {
  const renamed = structuredClone(POD);
  renamed.spec!.containers![1]!.env = [{ name: "ASYA_METRICS_NAMESPACE", value: "team" }];
  renamed.status!.podIP = "fd00::7";
  expect(sidecarTarget(trimPod(renamed))).toMatchObject({
    url: "http://[fd00::7]:9090/metrics",
    metric: "team_active_messages",
  });
});

test.each([
  [
    "that is not ready",
    { ...POD, status: { ...POD.status, conditions: [{ type: "Ready", status: "False" }] } },
  ],
  ["that leaves", { ...POD, metadata: { ...POD.metadata, deletionTimestamp: "2026-11-25T12:00:00Z" } }],
  ["without an address", { ...POD, status: { ...POD.status, podIP: undefined } }],
  ["without a sidecar", { ...POD, spec: { containers: [{ name: "asya-runtime" }] } }],
])("a pod %s is not asked", (_, pod) => {
  expect(sidecarTarget(pod as Pod)).toBeUndefined();
});

test("of a pod only what is read is kept: no other label, no value of its environment", () => {
  const kept = JSON.stringify(trimPod(POD));
  expect(kept).not.toContain("secret");
  expect(kept).not.toContain('"app"');
  expect(sidecarTarget(trimPod(POD))).toEqual(sidecarTarget(POD));
});

test("the gauge is found among others", () => {
  const text = [
    "# HELP asya_actor_active_messages Messages in hand",
    "# TYPE asya_actor_active_messages gauge",
    "asya_actor_active_messages_total 9",
    "asya_actor_active_messages 3",
  ].join("\n");
  expect(gaugeIn(text, "asya_actor_active_messages")).toBe(3);
  expect(gaugeIn(text, "team_active_messages")).toBeUndefined();
});
