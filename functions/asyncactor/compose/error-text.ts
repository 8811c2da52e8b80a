import { type Finding, formatFinding, isError } from "../../../core/finding.ts";

/** More lines than this do not fit into a condition that people read. */
const LINES = 20;

/** The errors among findings, one a line, as they stand in a FATAL result and in conditions. */
export function errorText(findings: readonly Finding[]): string {
  const errors = findings.filter(isError);
  const lines = errors.slice(0, LINES).map(formatFinding);
  if (errors.length > LINES) lines.push(`and ${errors.length - LINES} more errors`);
  return lines.join("\n");
}
