import { styleText } from "node:util";
import { inReadingOrder } from "../../argocd-plugin/report.ts";
import { formatFinding, isError } from "../../core/finding.ts";
import { type ChangeGroup, groupChanges, groupRisks, type RiskGroup, withoutName } from "./groups.ts";
import { baseText, countsText, type DiffReport, namesText } from "./report.ts";
import { levelOf, RISKS } from "./risks.ts";

/** For a terminal: what is wrong, marks, then each change in words and as a diff. */
export function textReport(
  { base, path, comparison, findings, remarks }: DiffReport,
  { patch, color }: { patch: boolean; color: boolean },
): string {
  const paint: Paint = (format, words) =>
    color ? styleText(format, words, { validateStream: false }) : words;
  const errors = inReadingOrder(findings.filter(isError)).map(formatFinding);
  const refused =
    errors.length === 0 ? [] : [paint("red", "Nothing of this would be applied:"), ...errors, ""];
  const marks = groupRisks(comparison.risks).map((group) => riskText(group, paint));
  const others = comparison.others.flatMap((other) => [
    paint("bold", `${other.id} ${other.status}`) + `  ${other.place.file}:${other.place.line}`,
    ...(patch ? [colored(other.patch, paint)] : []),
  ]);
  return [
    `${path} since ${baseText(base)}: ${countsText(comparison)}`,
    ...remarks,
    "",
    ...refused,
    ...marks,
    ...(marks.length > 0 ? [""] : []),
    ...groupChanges(comparison.changes).map((group) => groupText(group, patch, paint)),
    ...others,
  ]
    .join("\n")
    .replace(/\n*$/, "\n");
}

type Format = "red" | "green" | "yellow" | "cyan" | "bold";
type Paint = (format: Format, words: string) => string;

const COLORS = { error: "red", risk: "yellow", note: "cyan" } as const;

function riskText({ first, ids }: RiskGroup, paint: Paint): string {
  const level = levelOf(first.code);
  const message =
    ids.length > 1 ? withoutName(first.message, first.actor?.split("/")[1] ?? "") : first.message;
  const who =
    ids.length === 0 ? "" : ids.length === 1 ? ` ${ids[0]}` : ` ${ids.length} actors (${namesText(ids)})`;
  const head = paint(COLORS[level], `${level} ASYA-${first.code}`);
  return `${head} ${RISKS[first.code].title}:${who}: ${message} - ${first.fix}`.replace("::", ":");
}

function groupText({ first, ids }: ChangeGroup, patch: boolean, paint: Paint): string {
  const alone = ids.length === 1;
  const reason = first.byOthers ? ", by the platform or a flavor" : "";
  const head = alone
    ? `${paint("bold", `${first.id} ${first.status}`)}${reason}  ${first.place.file}:${first.place.line}`
    : `${paint("bold", `${ids.length} actors ${first.status}`)}${reason}: ${namesText(ids)}`;
  const words = first.words.map(
    ({ part, text }) => `  ${part.padEnd(8)}  ${alone ? text : withoutName(text, first.name)}`,
  );
  const example = alone || first.patches.length === 0 ? [] : [`  as in ${first.id}:`];
  const patches = patch ? [...example, ...first.patches.map((one) => colored(one, paint))] : [];
  return [head, ...words, ...patches, ""].join("\n");
}

function colored(patch: string, paint: Paint): string {
  return patch
    .trimEnd()
    .split("\n")
    .map((line) =>
      line.startsWith("+") ? paint("green", line) : line.startsWith("-") ? paint("red", line) : line,
    )
    .join("\n");
}
