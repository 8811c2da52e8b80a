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
const LABEL_NAME = /^(?!__)[A-Za-z_][A-Za-z0-9_]*$/;

/** @throws {SettingError} with the entry and the field. */
export function customMetricsOf(variable: string, text: string): CustomMetric[] {
  const entries = jsonOf(variable, text);
  if (!Array.isArray(entries)) throw new SettingError(variable, "must be a JSON list of metrics");
  const metrics = entries.map((entry: unknown, index) => metricOf(entry, variable, `[${index}]`));
  const names = metrics.map(({ name }) => name);
  const again = names.findIndex((name, index) => names.indexOf(name) < index);
  if (again < 0) return metrics;
  throw new SettingError(
    variable,
    `[${again}].name must be another than [${names.indexOf(names[again]!)}]'s`,
  );
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
  if (new Set(labels).size < labels.length) return fail(".labels", "different from each other");
  if (buckets !== undefined && type !== "histogram")
    return fail(".buckets", "left out: only histograms have them");
  if (type === "histogram" && labels.includes("le"))
    return fail(".labels", "others than le, the buckets' own");
  if (buckets !== undefined && !(isListOf(buckets, Number.isFinite) && isAscending(buckets as number[])))
    return fail(".buckets", "a list of ascending numbers");
  return {
    name,
    type,
    help: help || name,
    labels: labels as string[],
    buckets: buckets as number[] | undefined,
  };
}

function isAscending(numbers: readonly number[]): boolean {
  return numbers.length > 0 && numbers.every((each, index) => index === 0 || each > numbers[index - 1]!);
}

function isListOf(value: unknown, isEntry: (entry: unknown) => boolean): value is unknown[] {
  return Array.isArray(value) && value.every(isEntry);
}
