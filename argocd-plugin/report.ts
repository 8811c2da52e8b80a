import { type Finding, findingToJson, formatFinding, type Severity, severityOf } from "../core/finding.ts";
import type { Findings } from "./check/findings.ts";

const ORDER: readonly Severity[] = ["error", "warning", "note"];

/** Findings that the plugin writes as text at most: Argo CD shows all of stderr in one condition. */
const MAX_LINES = 200;

/** Errors first, then by file, line and column: the first line that Argo CD shows is one that explains the failure. */
export function inReadingOrder(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) =>
      ORDER.indexOf(severityOf(a.code)) - ORDER.indexOf(severityOf(b.code)) ||
      compare(a.file ?? "", b.file ?? "") ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0) ||
      compare(a.code, b.code),
  );
}

/**
 * What the plugin writes: errors and warnings, a line each, and a summary. Notes are only counted, and no reason to
 * write anything.
 */
export function textReport(findings: Findings, files: number): string {
  const told = findings.kept.filter(({ code }) => severityOf(code) !== "note");
  if (told.length === 0) return "";
  const notes = findings.count("note");
  const hint =
    notes === 0 ? "" : `; ${counted(notes, "note")}: asya validate shows ${notes === 1 ? "it" : "them"}`;
  const lines = inReadingOrder(told).slice(0, MAX_LINES);
  const more = findings.count("error") + findings.count("warning") - lines.length;
  const others = more > 0 ? [`... and ${more} more: asya validate shows them`] : [];
  const end = `${summary(findings, ["error", "warning"], files)}${hint}`;
  return [...lines.map(formatFinding), ...others, end, ""].join("\n");
}

/** Every finding that was kept, a line each, and a summary; nothing where there is nothing to say. */
export function fullReport(findings: Findings, files: number): string {
  if (findings.kept.length === 0) return "";
  const lines = inReadingOrder(findings.kept).map(formatFinding);
  return [...lines, summary(findings, ORDER, files), ""].join("\n");
}

/** A JSON array of findings (SPEC section 8). */
export function jsonReport(findings: readonly Finding[]): string {
  return `${JSON.stringify(inReadingOrder(findings).map(findingToJson))}\n`;
}

/** `3 errors, 1 warning in 2 of 5 files` */
function summary(findings: Findings, severities: readonly Severity[], files: number): string {
  const text = severities
    .filter((severity) => findings.count(severity) > 0)
    .map((severity) => counted(findings.count(severity), severity))
    .join(", ");
  const concerned = new Set(
    findings.kept
      .filter(({ code }) => severities.includes(severityOf(code)))
      .map(({ file }) => file)
      // The folder itself is no file.
      .filter((file) => file !== undefined && file !== "." && !file.endsWith("/")),
  ).size;
  return concerned === 0 ? text : `${text} in ${concerned} of ${counted(files, "file")}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
