import { inReadingOrder } from "../../argocd-plugin/report.ts";
import { formatFinding, isError } from "../../core/finding.ts";
import { type ChangeGroup, groupChanges, groupRisks, type RiskGroup, withoutName } from "./groups.ts";
import { baseText, countsText, type DiffReport, namesText } from "./report.ts";
import { levelOf, RISKS } from "./risks.ts";

/** By which a job finds its own comment again. */
export const MARKER = "<!-- asya-diff -->";

/** Characters of a comment at GitHub, a sentence about what is left out included. */
const MOST_CHARACTERS = 65_536;
const RESERVED = 300;

/** A pull request's comment: marks, then each change folded with its diff; what does not fit is counted. */
export function markdownReport({ base, path, comparison, findings, remarks }: DiffReport): string {
  const errors = inReadingOrder(findings.filter(isError)).map(formatFinding);
  const refused =
    errors.length === 0 ? [] : [`**Nothing of this would be applied:**\n\n${fenced(errors.join("\n"), "")}`];
  const risks = groupRisks(comparison.risks).map(riskRow);
  const head = `${MARKER}\n### What this changes in ${code(path)}\n\nSince ${code(baseText(base))}: **${countsText(comparison)}**`;
  const table = "| | Mark | Actors | What | What to do |\n| --- | --- | --- | --- | --- |";
  const changes = groupChanges(comparison.changes).map(folded);
  const others = comparison.others.map(({ id, status, patch }) =>
    details(`${id} ${status}`, [fenced(patch, "diff")]),
  );
  const page = new Page(head);
  for (const block of [...remarks.map(escapeHtml), ...refused]) page.add(block);
  if (risks.length > 0 && page.add(table)) for (const row of risks) page.add(row, "\n");
  for (const block of [...changes, ...others]) page.add(block);
  return page.text(path, base.ref);
}

/** Takes blocks as long as they fit. */
class Page {
  #text: string;
  #leftOut = 0;
  constructor(head: string) {
    this.#text = head;
  }
  add(block: string, separator = "\n\n"): boolean {
    const fits = this.#text.length + separator.length + block.length <= MOST_CHARACTERS - RESERVED;
    if (fits) this.#text += separator + block;
    else this.#leftOut++;
    return fits;
  }
  text(path: string, ref: string): string {
    if (this.#leftOut === 0) return `${this.#text}\n`;
    const command = code(`asya diff --base ${ref} ${path}`.slice(0, 150));
    return `${this.#text}\n\n${this.#leftOut} more do not fit into a comment: ${command} shows them.\n`;
  }
}

const ICONS = { error: "🛑", risk: "⚠️", note: "ℹ️" } as const;

function riskRow({ first, ids }: RiskGroup): string {
  const title = `ASYA-${first.code} ${RISKS[first.code].title}`;
  const message =
    ids.length > 1 ? withoutName(first.message, first.actor?.split("/")[1] ?? "") : first.message;
  const who = ids.length === 0 ? "all" : ids.length > 1 ? `${ids.length}: ${namesText(ids)}` : (ids[0] ?? "");
  return `| ${[ICONS[levelOf(first.code)], title, who, message, first.fix].map(cell).join(" | ")} |`;
}

function folded({ first, ids }: ChangeGroup): string {
  const reason = first.byOthers ? ", by the platform or a flavor" : "";
  const who =
    ids.length === 1
      ? `${first.id} ${first.status}`
      : `${ids.length} actors ${first.status}: ${namesText(ids)}`;
  const words = first.words.map(({ part, text }) => {
    const said = ids.length === 1 ? text : withoutName(text, first.name);
    return `- **${part}**: ${code(said)}`;
  });
  const patches = first.patches.length === 0 ? [] : [fenced(first.patches.join(""), "diff")];
  return details(who + reason, [words.join("\n"), ...patches]);
}

function details(summary: string, blocks: readonly string[]): string {
  return `<details><summary>${escapeHtml(summary)}</summary>\n\n${blocks.join("\n\n")}\n\n</details>`;
}

/** n.b. A fence ends at as many backticks as it began with. */
function fenced(text: string, language: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}

function code(text: string): string {
  const ticks = "`".repeat(longestRun(text) + 1);
  return `${ticks} ${text.replaceAll("\n", " ")} ${ticks}`.replace(/^` ([^`]*) `$/, "`$1`");
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

function cell(text: string): string {
  return escapeHtml(text)
    .replaceAll("\n", " ")
    .replaceAll(/[|\\`*_[\]@#~]/g, "\\$&");
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
