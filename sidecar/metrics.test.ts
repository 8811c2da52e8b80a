import { expect, test } from "vitest";
import { createMetrics } from "./metrics.ts";

test("dashboards of 0.1 find every metric under its name, type and labels", async () => {
  const { registry } = createMetrics("asya_actor", []);
  const own = (await registry.getMetricsAsJSON()).filter(({ name }) => name.startsWith("asya_actor_"));
  expect(own.map(({ name, type }) => `${name} ${String(type)}`).sort()).toEqual([
    "asya_actor_active_messages gauge",
    "asya_actor_envelope_size_bytes histogram",
    "asya_actor_messages_failed_total counter",
    "asya_actor_messages_processed_total counter",
    "asya_actor_messages_received_total counter",
    "asya_actor_messages_sent_total counter",
    "asya_actor_processing_duration_seconds histogram",
    "asya_actor_queue_receive_duration_seconds histogram",
    "asya_actor_queue_send_duration_seconds histogram",
    "asya_actor_runtime_errors_total counter",
    "asya_actor_runtime_execution_duration_seconds histogram",
  ]);
});

test("a custom metric cannot take the place of one of the contract", () => {
  const taken = {
    name: "messages_received_total",
    type: "counter",
    help: "h",
    labels: [],
    buckets: undefined,
  } as const;
  expect(() => createMetrics("asya_actor", [{ ...taken, labels: [] }])).toThrow(
    "ASYA_CUSTOM_METRICS must not name messages_received_total",
  );
});

test("custom metrics stand under the same prefix", async () => {
  const { registry } = createMetrics("team", [
    { name: "tokens_total", type: "counter", help: "Tokens", labels: ["model"], buckets: undefined },
    { name: "score", type: "histogram", help: "Score", labels: [], buckets: [0.5, 1] },
  ]);
  const text = await registry.metrics();
  expect(text).toContain("# HELP team_tokens_total Tokens\n# TYPE team_tokens_total counter");
  expect(text).toContain('team_score_bucket{le="0.5"} 0');
});
