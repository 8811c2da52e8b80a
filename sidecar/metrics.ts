import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { SettingError } from "../core/env.ts";
import type { CustomMetric } from "./custom-metrics.ts";

export type Metrics = ReturnType<typeof createMetrics>;

/** From a handler of a millisecond to one of an hour. */
const SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600,
];
const BYTES = [256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];

/** The metrics of SPEC section 4, under `{namespace}_`. */
export function createMetrics(namespace: string, custom: readonly CustomMetric[]) {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name: `${namespace}_${name}`, help, labelNames: [...labelNames], registers });
  const histogram = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    buckets: number[],
  ) => new Histogram({ name: `${namespace}_${name}`, help, labelNames: [...labelNames], buckets, registers });
  const metrics = {
    registry,
    received: counter("messages_received_total", "Messages received from the queue", ["queue", "transport"]),
    processed: counter(
      "messages_processed_total",
      "Messages handled: success, empty_response or end_consumed",
      ["queue", "status"],
    ),
    sent: counter("messages_sent_total", "Messages sent: routing, happy_end, error_end or retry", [
      "destination_queue",
      "message_type",
    ]),
    failed: counter("messages_failed_total", "Messages that ended in a failure, by reason", [
      "queue",
      "reason",
    ]),
    runtimeErrors: counter(
      "runtime_errors_total",
      "Attempts that failed, retried ones too, by type of error",
      ["queue", "error_type"],
    ),
    active: new Gauge({ name: `${namespace}_active_messages`, help: "Messages in hand", registers }),
    processing: histogram("processing_duration_seconds", "From received to acknowledged", ["queue"], SECONDS),
    execution: histogram("runtime_execution_duration_seconds", "Time in the runtime", ["queue"], SECONDS),
    receive: histogram(
      "queue_receive_duration_seconds",
      "Waiting for a message",
      ["queue", "transport"],
      SECONDS,
    ),
    send: histogram(
      "queue_send_duration_seconds",
      "Sending a message, until the broker has confirmed it",
      ["destination_queue", "transport"],
      SECONDS,
    ),
    size: histogram("envelope_size_bytes", "Size of envelopes: received or sent", ["direction"], BYTES),
  };
  for (const metric of custom) register(namespace, metric, registry);
  return metrics;
}

function register(
  namespace: string,
  { name, type, help, labels, buckets }: CustomMetric,
  registry: Registry,
): void {
  if (registry.getSingleMetric(`${namespace}_${name}`) !== undefined) {
    throw new SettingError(
      "ASYA_CUSTOM_METRICS",
      `must not name ${name}: the sidecar has that metric already`,
    );
  }
  const options = { name: `${namespace}_${name}`, help, labelNames: labels, registers: [registry] };
  if (type === "counter") new Counter(options);
  else if (type === "gauge") new Gauge(options);
  else new Histogram({ ...options, ...(buckets === undefined ? {} : { buckets }) });
}
