import { isDeepStrictEqual } from "node:util";
import { type FieldPath, type Finding, finding, formatPath, quoteValue } from "../../core/finding.ts";
import { isObject } from "../../core/json.ts";
import type { Manifest, Observed } from "../../core/manifest.ts";
import { BROKER_CONSUMER_TIMEOUT_MS } from "./queue.ts";

/** Fields that the topology operator's webhooks never let change: 422 for some, for others 403, which aborts a reconcile. */
const IMMUTABLE: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Queue: [
    ["name"],
    ["vhost"],
    ["type"],
    ["durable"],
    ["autoDelete"],
    ["arguments"],
    ["rabbitmqClusterReference"],
  ],
  Binding: [
    ["source"],
    ["destination"],
    ["destinationType"],
    ["routingKey"],
    ["vhost"],
    ["rabbitmqClusterReference"],
  ],
  User: [["rabbitmqClusterReference"]],
  Permission: [["user"], ["vhost"], ["rabbitmqClusterReference"]],
  TopicPermission: [["permissions", "exchange"], ["user"], ["vhost"], ["rabbitmqClusterReference"]],
};

/** What an absent field means: the operator leaves out what is empty or false when it writes an object back. */
const WHEN_ABSENT: Readonly<Record<string, unknown>> = {
  autoDelete: false,
  arguments: {},
  vhost: "/",
  durable: true,
};

/** The wanted object with the immutable fields of the one that exists, and a finding where the two differ. */
export function retainImmutable(
  wanted: Manifest,
  observed: Observed | undefined,
): { object: Manifest; findings: Finding[] } {
  if (observed === undefined) return { object: wanted, findings: [] };
  const spec = { ...(wanted["spec"] as Record<string, unknown>) };
  const differences: string[] = [];
  for (const path of IMMUTABLE[wanted.kind] ?? []) {
    const kept = valueAt(observed.spec, path);
    const current = kept ?? WHEN_ABSENT[path.join(".")];
    const next = valueAt(spec, path) ?? WHEN_ABSENT[path.join(".")];
    setAt(spec, path, kept);
    if (!isDeepStrictEqual(current, next)) differences.push(...describeDifference(path, current, next));
  }
  return {
    object: { ...wanted, spec },
    findings: differences.length === 0 ? [] : [keptFinding(wanted, differences)],
  };
}

/** `x-delivery-limit 20 (now wanted 5)`; nothing where what exists serves as well. */
function describeDifference(path: FieldPath, current: unknown, next: unknown): string[] {
  if (!isObject(current) || !isObject(next))
    return [`${formatPath(path)} ${quoteValue(current)} (now wanted ${quoteValue(next)})`];
  const keys = [...new Set([...Object.keys(current), ...Object.keys(next)])].sort();
  return keys.flatMap((key) => {
    if (isDeepStrictEqual(current[key], next[key]) || servesAsWell(key, current[key], next[key])) return [];
    return [`${formatPath([...path, key])} ${shown(current[key])} (now wanted ${shown(next[key])})`];
  });
}

function servesAsWell(key: string, current: unknown, next: unknown): boolean {
  if (key !== "x-consumer-timeout") return false;
  return timeoutMs(current) >= timeoutMs(next);
}

function timeoutMs(value: unknown): number {
  return typeof value === "number" ? value : BROKER_CONSUMER_TIMEOUT_MS;
}

function shown(value: unknown): string {
  return value === undefined ? "unset" : quoteValue(value);
}

function keptFinding(wanted: Manifest, differences: readonly string[]): Finding {
  const { kind } = wanted;
  const { name } = wanted.metadata;
  const message = `${kind} ${name} exists and keeps ${differences.join(", ")}; the broker cannot change this`;
  const remake = `kubectl delete ${kind.toLowerCase()}s.rabbitmq.com ${name}`;
  const fix =
    kind === "Queue"
      ? `set the platform back; or make the queue again: stop its senders, let it run empty, ${remake}, then rabbitmqctl delete_queue ${name} where deletion.messages is Retain${name.endsWith("-dlq") ? "" : bindingToo(name)}`
      : `set the platform back, or let it be made again: ${remake}`;
  return { ...finding("W001", [], message, fix), object: `${kind}/${name}` };
}

/**
 * What else to do where somebody deletes a queue, so that it gets messages again.
 *
 * n.b. The broker drops a queue's bindings with it, and the topology operator does not look again at what it has made.
 */
export function bindingToo(queue: string): string {
  return `, then kubectl delete bindings.rabbitmq.com ${queue}`;
}

function valueAt(object: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), object);
}

function setAt(spec: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first = "", second] = path;
  const parent = spec[first];
  if (second !== undefined && isObject(parent)) spec[first] = { ...parent, [second]: value };
  else if (value === undefined) delete spec[first];
  else spec[first] = value;
}
