import { expect, test } from "vitest";
import { schedulingReasons, steadyText } from "./steady-text.ts";

test.each([
  [
    "0/1 nodes are available: 1 node(s) were unschedulable. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
    "node(s) were unschedulable",
  ],
  [
    "0/57 nodes are available: 3 Insufficient cpu, 54 node(s) had untolerated taint(s). no new claims to deallocate, preemption: 0/57 nodes are available: 54 Preemption is not helpful for scheduling.",
    "Insufficient cpu; node(s) had untolerated taint(s)",
  ],
  [
    "0/3 nodes are available: 1 Insufficient nvidia.com/gpu, 1 node(s) had untolerated taint {gpu: true}, 1 Insufficient nvidia.com/gpu.",
    "Insufficient nvidia.com/gpu; node(s) had untolerated taint {gpu: true}",
  ],
  ["no nodes available to schedule pods", "no nodes available to schedule pods"],
])("the reasons of the scheduler do not count nodes: %s", (message, reasons) => {
  expect(schedulingReasons(message)).toBe(reasons);
});

test("nodes that come and go do not change the reasons", () => {
  const of = (nodes: number) =>
    schedulingReasons(`0/${nodes} nodes are available: ${nodes} Insufficient cpu.`);
  expect(of(3)).toBe(of(57));
});

test.each([
  [
    'Back-off pulling image "x:1": ErrImagePull: failed to resolve reference "x:1": not found',
    'failed to resolve reference "x:1": not found',
  ],
  ['Back-off pulling image "x:1"', ""],
  [
    "dial tcp: lookup registry.example.org: read udp 10.0.0.7:41233->10.96.0.10:53: i/o timeout",
    "dial tcp: lookup registry.example.org: read udp 10.0.0.7->10.96.0.10:53: i/o timeout",
  ],
  [
    "back-off 2m40s restarting failed container=asya-runtime pod=life-1_default(5d7f0f3e-0f3e-4f3e-8f3e-5d7f0f3e0f3e)",
    "",
  ],
  [
    'container has runAsNonRoot and image will run as root (pod: "life-1_default(5d7f)", container: asya-runtime)',
    "container has runAsNonRoot and image will run as root",
  ],
])("what changes while the cause stays is left out: %s", (message, steady) => {
  expect(steadyText(message)).toBe(steady);
});

test("a text has an end", () => {
  expect(steadyText("x".repeat(10_000))).toHaveLength(600);
});
