import { isObject } from "./json.ts";
import type { Observed } from "./manifest.ts";

/** A condition of an observed object, as its controller wrote it. */
export interface ObservedCondition {
  type: string;
  status: string;
  reason: string;
  message: string;
  lastTransitionTime?: string;
}

/** Whether one composed object does its work; `message` says why not, in its controller's words. */
export interface Readiness {
  ready: boolean;
  /** True only where the controller reports a failure: something for a person, not a matter of waiting. */
  failed: boolean;
  message: string;
}

export const READY: Readiness = { ready: true, failed: false, message: "" };

export function waiting(message: string): Readiness {
  return { ready: false, failed: false, message };
}

export function failed(message: string): Readiness {
  return { ready: false, failed: true, message };
}

export function conditionOf(object: Observed | undefined, type: string): ObservedCondition | undefined {
  const conditions = object?.status?.["conditions"];
  if (!Array.isArray(conditions)) return undefined;
  const match: unknown = conditions.find(
    (condition: unknown) => isObject(condition) && condition["type"] === type,
  );
  if (!isObject(match)) return undefined;
  return {
    type,
    status: text(match["status"]),
    reason: text(match["reason"]),
    message: text(match["message"]),
    ...(typeof match["lastTransitionTime"] === "string"
      ? { lastTransitionTime: match["lastTransitionTime"] }
      : {}),
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
