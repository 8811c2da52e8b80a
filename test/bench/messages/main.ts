/** npm run bench:messages [-- --quick --rounds N --json FILE --case TEXT --subject NAME]: messages per second, to be read as ratios. */
import { parseArgs } from "node:util";
import { round, writeFigures } from "../report.ts";
import { median } from "../statistics.ts";
import { CASES, type SubjectName } from "./cases.ts";
import { contest, type Round } from "./contest.ts";

// Ended from outside, it takes servers and pods along: they are ended at exit, which a signal alone would leave out.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

const { values } = parseArgs({
  options: {
    json: { type: "string" },
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    case: { type: "string", default: "" },
    subject: { type: "string", multiple: true },
  },
});

const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
const figures: object[] = [];
console.log(`from queue to queue over RabbitMQ; medians of ${rounds} rounds in which all take turns`);
for (const contestants of CASES.filter(({ title }) => title.includes(values.case))) {
  console.log(contestants.title);
  const results = await contest(contestants, {
    rounds,
    scale: values.quick ? 0.25 : 1,
    only: values.subject,
  });
  console.table(rowsOf(results));
  figures.push({ title: contestants.title, results });
}
if (values.json !== undefined) await writeFigures(values.json, { messages: figures });

function rowsOf(results: Partial<Record<SubjectName, Round[]>>) {
  return Object.entries(results).map(([subject, own]) => ({
    subject,
    "messages/s": Math.round(median(own.map(({ perSecond }) => perSecond))),
    "of bare": subject === "bare" ? "" : ratios(own, results.bare),
    "times simple": subject === "simple" || subject === "bare" ? "" : ratios(own, results.simple),
    "came twice": own.reduce((sum, { duplicates }) => sum + duplicates, 0),
  }));
}

/** Median, and in parentheses the least and the greatest. */
function ratios(own: readonly Round[], other: readonly Round[] | undefined): string {
  if (other === undefined) return "";
  const each = own.map(({ perSecond }, index) => perSecond / other[index]!.perSecond);
  return `${round(median(each))} (${round(Math.min(...each))} to ${round(Math.max(...each))})`;
}
