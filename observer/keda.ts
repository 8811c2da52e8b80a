import { isObject } from "../core/json.ts";
import { quantityOf } from "../core/quantity.ts";

/** Where KEDA serves the value of a ScaledObject's first trigger. */
export function metricPath(namespace: string, scaledObject: string, metric: string): string {
  const selector = encodeURIComponent(`scaledobject.keda.sh/name=${scaledObject}`);
  const place = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${namespace}`;
  return `${place}/${encodeURIComponent(metric)}?labelSelector=${selector}`;
}

export function scaledObjectPath(namespace: string, name: string): string {
  return `/apis/keda.sh/v1alpha1/namespaces/${namespace}/scaledobjects/${name}`;
}

export type DepthSource = { metric: string } | { unknown: string };

/**
 * The metric that is the queue's depth.
 *
 * n.b. With a formula KEDA answers every name with the formula's result, and the depth stands nowhere.
 */
export function depthSource(scaledObject: unknown): DepthSource {
  const spec = isObject(scaledObject) ? scaledObject["spec"] : undefined;
  const status = isObject(scaledObject) ? scaledObject["status"] : undefined;
  const formula = formulaOf(spec);
  if (formula !== undefined && formula.trim() !== "queueLength")
    return { unknown: "scaling.advanced.formula hides the queue's depth" };
  const names = isObject(status) ? status["externalMetricNames"] : undefined;
  const first: unknown = Array.isArray(names) ? names[0] : undefined;
  return typeof first === "string"
    ? { metric: first }
    : { unknown: "KEDA has not looked at the ScaledObject yet" };
}

function formulaOf(spec: unknown): string | undefined {
  const advanced = isObject(spec) ? spec["advanced"] : undefined;
  const modifiers = isObject(advanced) ? advanced["scalingModifiers"] : undefined;
  const formula = isObject(modifiers) ? modifiers["formula"] : undefined;
  return typeof formula === "string" && formula !== "" ? formula : undefined;
}

/** The depth in an ExternalMetricValueList; undefined where there is none. */
export function depthIn(list: unknown): number | undefined {
  const items = isObject(list) ? list["items"] : undefined;
  const first: unknown = Array.isArray(items) ? items[0] : undefined;
  const value = isObject(first) ? first["value"] : undefined;
  const depth = quantityOf(value);
  return depth >= 0 && Number.isFinite(depth) ? Math.round(depth) : undefined;
}
