import { type Severity, severityOf } from "../../core/finding.ts";
import { FINDINGS, type FindingCode } from "../../core/findings.ts";

const SEVERITIES: readonly [Severity, string, string][] = [
  ["error", "Errors", "Nothing is rendered; what runs is not touched."],
  ["warning", "Warnings", "Rendered all the same; probably not what was meant."],
  ["note", "Notes", "Worth knowing."],
];

/** docs/findings.md: what each code means. */
export function findingsPage(): string {
  const codes = Object.keys(FINDINGS) as FindingCode[];
  const sections = SEVERITIES.map(([severity, title, meaning]) => {
    const own = codes.filter((code) => severityOf(code) === severity);
    const rows = own.map((code) => `| [ASYA-${code}](#${anchor(code)}) | ${FINDINGS[code].title} |`);
    const entries = own.map((code) => `### ${heading(code)}\n\n${FINDINGS[code].why}\n`);
    return `## ${title}\n\n${meaning}\n\n| Code | Meaning |\n| --- | --- |\n${rows.join("\n")}\n\n${entries.join("\n")}`;
  });
  return `# Findings\n\nGenerated from \`core/findings.ts\` by \`npm run generate\`. A code never changes its meaning.\n\n${sections.join("\n")}`;
}

function heading(code: FindingCode): string {
  return `ASYA-${code}: ${FINDINGS[code].title}`;
}

/** The anchor that GitHub gives a heading. */
function anchor(code: FindingCode): string {
  return heading(code)
    .toLowerCase()
    .replace(/[^a-z0-9 _-]/g, "")
    .replaceAll(" ", "-");
}
