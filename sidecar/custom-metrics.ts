import { jsonOf, SettingError } from "../core/env.ts";
import { isObject } from "../core/json.ts";

/** One entry of ASYA_CUSTOM_METRICS. */
export interface CustomMetric {
  name: string;
  type: "counter" | "gauge" | "histogram";
  help: string;
  labels: string[];
  buckets: number[] | undefined;
}

const KEYS = ["name", "type", "help", "labels", "buckets"];
const METRIC_NAME = /^[A-Za-z_:][A-Za-z0-9_:]*$/;
const LABEL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** @throws {SettingError} with the entry and the field. */
export function customMetricsOf(variable: string, text: string): CustomMetric[] {
  const entries = jsonOf(variable, text);
  if (!Array.isArray(entries)) throw new SettingError(variable, "must be a JSON list of metrics");
  return entries.map((entry: unknown, index) => metricOf(entry, variable, `[${index}]`));
}

function metricOf(entry: unknown, variable: string, place: string): CustomMetric {
  const fail = (field: string, rule: string): never => {
    throw new SettingError(variable, `${place}${field} must be ${rule}`);
  };
  if (!isObject(entry)) return fail("", "an object {name, type, help, labels, buckets?}");
  const unknown = Object.keys(entry).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) fail(`.${unknown}`, `one of ${KEYS.join(", ")}`);
  const { name, type, help = "", labels = [], buckets } = entry;
  if (typeof name !== "string" || !METRIC_NAME.test(name)) return fail(".name", "a metric's name");
  if (type !== "counter" && type !== "gauge" && type !== "histogram")
    return fail(".type", "counter, gauge or histogram");
  if (typeof help !== "string") return fail(".help", "a text");
  if (!isListOf(labels, (label) => typeof label === "string" && LABEL_NAME.test(label)))
    return fail(".labels", "a list of labels' names");
  if (buckets !== undefined && !isListOf(buckets, Number.isFinite))
    return fail(".buckets", "a list of numbers");
  return {
    name,
    type,
    help: help || name,
    labels: labels as string[],
    buckets: buckets as number[] | undefined,
  };
}

function isListOf(value: unknown, isEntry: (entry: unknown) => boolean): value is unknown[] {
  return Array.isArray(value) && value.every(isEntry);
}
