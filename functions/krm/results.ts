import { type Finding, formatPath, severityOf } from "../../core/finding.ts";
import type { Manifest } from "../../core/manifest.ts";
import type { KrmResult } from "./kpt.ts";
import { fileOf } from "./resource-list.ts";

const SEVERITIES = { error: "error", warning: "warning", note: "info" } as const;

/** A finding as the KRM Functions Specification writes results; code and remedy are tags. */
export function resultOf(finding: Finding, item: Manifest): KrmResult {
  const { code, path, message, fix } = finding;
  const { apiVersion, kind, metadata } = item;
  const { name, namespace } = metadata;
  const file = fileOf(item);
  return {
    severity: SEVERITIES[severityOf(code)],
    message: `ASYA-${code} ${message} - ${fix}`,
    resourceRef: { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) },
    ...(path.length === 0 ? {} : { field: { path: formatPath(path) } }),
    ...(file === undefined ? {} : { file }),
    tags: { code: `ASYA-${code}` },
  };
}
