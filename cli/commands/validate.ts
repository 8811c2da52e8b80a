import { type Finding, findingToJson, formatFinding, isError, severityOf } from "../../core/finding.ts";
import { checkedFolder, FolderError } from "../folder.ts";

interface Options {
  platform?: string;
  output: "text" | "json";
  quiet?: boolean;
}

/** `asya validate`: findings on stdout, a summary on stderr; exit status 1 with any error. */
export async function validateCommand(path: string, options: Options): Promise<void> {
  const { findings, summary } = await validate(path, options.platform);
  const shown = options.quiet === true ? findings.filter(isError) : findings;
  if (options.output === "json") console.log(JSON.stringify(shown.map(findingToJson), undefined, 2));
  else for (const finding of shown) console.log(formatFinding(finding));
  console.error(summary);
  if (findings.some(isError)) process.exitCode = 1;
}

async function validate(path: string, platform?: string): Promise<{ findings: readonly Finding[]; summary: string }> {
  try {
    const folder = await checkedFolder(path, platform);
    const { findings, actors, files } = folder;
    const where = folder.platformFrom === "built in" ? "the built-in example platform" : `the platform in the ${folder.platformFrom}`;
    return {
      findings,
      summary: `${counted(actors.length, "actor")} in ${counted(files, "file")}, checked with ${where}: ${counts(findings)}`,
    };
  } catch (error) {
    if (!(error instanceof FolderError)) throw error;
    return { findings: error.findings, summary: counts(error.findings) };
  }
}

function counts(findings: readonly Finding[]): string {
  const of = (severity: string) => findings.filter(({ code }) => severityOf(code) === severity).length;
  return [counted(of("error"), "error"), counted(of("warning"), "warning"), counted(of("note"), "note")].join(", ");
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
