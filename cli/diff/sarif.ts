import { resolve, relative, sep } from "node:path";
import { severityOf } from "../../core/finding.ts";
import { FINDINGS } from "../../core/findings.ts";
import type { DiffReport } from "./report.ts";
import { levelOf, RISKS } from "./risks.ts";

interface Result {
  ruleId: string;
  title: string;
  level: "error" | "warning" | "note";
  text: string;
  file: string | undefined;
  line: number | undefined;
  column?: number | undefined;
}

/**
 * SARIF 2.1.0 of the new side's findings and of the marks; files as seen from the repository's root.
 *
 * @param root - of the work tree.
 */
export function sarifReport(report: DiffReport, root: string): string {
  const results = [...findingResults(report), ...riskResults(report)];
  const rules = [...new Map(results.map(({ ruleId, title }) => [ruleId, title]))];
  const run = {
    tool: {
      driver: {
        name: "asya",
        rules: rules.map(([id, title]) => ({ id, shortDescription: { text: title } })),
      },
    },
    columnKind: "utf16CodeUnits",
    results: results.map((result) => ({
      ruleId: result.ruleId,
      level: result.level,
      message: { text: result.text },
      locations: [{ physicalLocation: location(result, root) }],
    })),
  };
  const document = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [run],
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function findingResults({ findings }: DiffReport): Result[] {
  return findings.map(({ code, message, fix, file, line, column }) => {
    const severity = severityOf(code);
    return {
      ruleId: `ASYA-${code}`,
      title: FINDINGS[code].title,
      level: severity,
      text: advised(message, fix),
      file,
      line,
      column,
    };
  });
}

function riskResults({ comparison }: DiffReport): Result[] {
  return comparison.risks.map(({ code, actor, message, fix, place }) => {
    const level = levelOf(code);
    return {
      ruleId: `ASYA-${code}`,
      title: RISKS[code].title,
      level: level === "risk" ? "warning" : level,
      text: advised([actor, message].filter(Boolean).join(": "), fix),
      file: place?.file,
      line: place?.line,
    };
  });
}

function advised(message: string, fix: string): string {
  return fix === "" ? message : `${message} - ${fix}`;
}

function location({ file, line = 1, column }: Result, root: string) {
  const path = relative(root, resolve(file ?? root)).split(sep);
  const uri = path.map(encodeURIComponent).join("/") || ".";
  return {
    artifactLocation: { uri },
    region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) },
  };
}
