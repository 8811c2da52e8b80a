import { FINDINGS, type FindingCode } from "./findings.ts";
import { shorten } from "./shorten.ts";

export type Severity = "error" | "warning" | "note";

/** Where in an object: `["spec", "containers", 0, "name"]`. */
export type FieldPath = readonly (string | number)[];

/** One thing to tell the user. `message` says what, which value and which rule; `fix` what to do. */
export interface Finding {
  code: FindingCode;
  path: FieldPath;
  message: string;
  fix: string;
  /** The object it is about, as `Kind/name`; unset where a file as a whole is meant. */
  object?: string;
  file?: string;
  /** Counting from 1. */
  line?: number;
  column?: number;
}

/** Keys come from files and may be of any length; Kubernetes' own have 317 characters at most. */
const MAX_STEP = 320;
const MAX_TEXT = 2_000;

export function finding(code: FindingCode, path: FieldPath, message: string, fix: string): Finding {
  return { code, path, message: shorten(message, MAX_TEXT), fix: shorten(fix, MAX_TEXT) };
}

export function severityOf(code: FindingCode): Severity {
  return code.startsWith("E") ? "error" : code.startsWith("W") ? "warning" : "note";
}

export function isError(finding: Finding): boolean {
  return severityOf(finding.code) === "error";
}

/** `spec.workload.template.spec.containers[0].env[1]`; a key that is no identifier stands in brackets and quotes. */
export function formatPath(path: FieldPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    if (step.length > MAX_STEP || !/^[A-Za-z_][\w-]*$/.test(step))
      return `${text}[${JSON.stringify(shorten(step, MAX_STEP))}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

/** What would move a terminal's cursor or turn its text around: names of files may hold it. */
const UNPRINTABLE = /[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu;

/** One line: `path:line:col ASYA-E012 spec.x.y: what (got VALUE; rule) - what to do`. */
export function formatFinding(finding: Finding): string {
  const place = [finding.file, finding.line, finding.column].filter((part) => part !== undefined).join(":");
  const path = formatPath(finding.path);
  const object = finding.line === undefined || path === "" ? finding.object : undefined;
  const subject = [object, path].filter(Boolean).join(" ");
  const head = [place, `ASYA-${finding.code}`].filter(Boolean).join(" ");
  const text = `${subject ? `${subject}: ` : ""}${finding.message}${finding.fix ? ` - ${finding.fix}` : ""}`;
  return `${head} ${text}`.replace(/\s*\n\s*/g, " ").replace(UNPRINTABLE, "\uFFFD");
}

/** The JSON form of a finding (SPEC section 8). */
export function findingToJson(finding: Finding) {
  const { code, file, line, column, object, path, message, fix } = finding;
  return {
    code: `ASYA-${code}`,
    severity: severityOf(code),
    title: FINDINGS[code].title,
    file,
    line,
    column,
    object,
    path: formatPath(path),
    message,
    fix,
  };
}

/** A value as it stands in a message: JSON, at most 60 characters. */
export function quoteValue(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
