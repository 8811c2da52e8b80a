import { type Finding, findingToJson, formatFinding, type Severity, severityOf } from "../core/finding.ts";

const ORDER: readonly Severity[] = ["error", "warning", "note"];

/** Findings that are written as text at most: Argo CD shows all of stderr in one condition. */
const MAX_LINES = 200;
/** Notes of one code. */
const MAX_NOTES = 3;

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

/** One line for each finding and a summary; nothing where there is nothing to say. */
export function textReport(findings: readonly Finding[], files: number): string {
  if (findings.length === 0) return "";
  const lines = fewNotes(inReadingOrder(findings)).slice(0, MAX_LINES).map(formatFinding);
  const more = findings.length - lines.length;
  if (more > 0) lines.push(`... and ${more} more (--findings json prints all)`);
  return [...lines, summary(findings, files), ""].join("\n");
}

/** A thousand actors of one habit give a thousand equal notes. */
function fewNotes(findings: readonly Finding[]): Finding[] {
  const counts = new Map<string, number>();
  return findings.filter(({ code }) => {
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    return severityOf(code) !== "note" || count <= MAX_NOTES;
  });
}

/** A JSON array of all findings (SPEC section 8). */
export function jsonReport(findings: readonly Finding[]): string {
  return `${JSON.stringify(inReadingOrder(findings).map(findingToJson))}\n`;
}

/** `3 errors, 1 warning in 2 of 5 files` */
export function summary(findings: readonly Finding[], files: number): string {
  const counts = ORDER.map((severity) => {
    const count = findings.filter(({ code }) => severityOf(code) === severity).length;
    return { count, text: `${count} ${severity}${count === 1 ? "" : "s"}` };
  });
  const text = counts
    .filter(({ count }) => count > 0)
    .map((each) => each.text)
    .join(", ");
  const concerned = new Set(
    findings.map(({ file }) => file).filter((file) => file !== undefined && file !== "."),
  ).size;
  return concerned === 0 ? text : `${text} in ${concerned} of ${files} file${files === 1 ? "" : "s"}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
