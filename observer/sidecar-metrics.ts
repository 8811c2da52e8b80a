import { SIDECAR_CONTAINER } from "../core/names.ts";
import { isLeaving, isReady, METRICS_NAMESPACE_VARIABLE, type Pod } from "./pod.ts";

const DEFAULT_NAMESPACE = "asya_actor";
const PORT_NAME = "asya-metrics";

/** Where a pod's sidecar says how many messages it has in hand. */
export interface SidecarTarget {
  uid: string;
  url: string;
  metric: string;
}

/** Undefined for a pod that is not ready, or has no sidecar with a port for metrics. */
export function sidecarTarget(pod: Pod): SidecarTarget | undefined {
  const address = pod.status?.podIP;
  if (address === undefined || !isReady(pod) || isLeaving(pod)) return undefined;
  const sidecar = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].find(
    ({ name }) => name === SIDECAR_CONTAINER,
  );
  const port = sidecar?.ports?.find(({ name }) => name === PORT_NAME)?.containerPort;
  if (port === undefined) return undefined;
  const namespace = sidecar?.env?.find(({ name }) => name === METRICS_NAMESPACE_VARIABLE)?.value;
  const host = address.includes(":") ? `[${address}]` : address;
  return {
    uid: pod.metadata.uid,
    url: `http://${host}:${port}/metrics`,
    metric: `${namespace ?? DEFAULT_NAMESPACE}_active_messages`,
  };
}

/** The value of a gauge without labels in Prometheus' text format. */
export function gaugeIn(text: string, metric: string): number | undefined {
  for (const line of text.split("\n")) {
    if (!line.startsWith(metric)) continue;
    const [, value] = /^(?:\{[^}]*\})? ([0-9.eE+-]+)/.exec(line.slice(metric.length)) ?? [];
    if (value !== undefined && Number.isFinite(Number(value))) return Number(value);
  }
  return undefined;
}
