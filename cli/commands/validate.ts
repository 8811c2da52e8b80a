import { inReadingOrder, jsonReport, textReport } from "../../argocd-plugin/report.ts";
import { isError } from "../../core/finding.ts";
import { checkFolder, type CheckedFolder } from "../folder.ts";

interface Options {
  platform?: string;
  output: "text" | "json";
  quiet?: boolean;
}

/** `asya validate`: findings on stdout, what was looked at on stderr; exit status 1 with any error. */
export async function validateCommand(path: string, options: Options): Promise<void> {
  const folder = await checkFolder(path, options.platform);
  const findings = inReadingOrder(options.quiet === true ? folder.findings.filter(isError) : folder.findings);
  process.stdout.write(options.output === "json" ? jsonReport(findings) : textReport(findings, folder.files));
  console.error(lookedAt(folder));
  if (findings.some(isError)) process.exitCode = 1;
}

function lookedAt({ actors, files, platformFrom, findings }: CheckedFolder): string {
  const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  const platform = {
    folder: "the platform beside them",
    file: "the platform that you named",
    "built in": "a built-in example platform (--platform names yours)",
  }[platformFrom];
  const verdict = findings.some(isError) ? "not ready to commit" : "nothing that anybody would refuse";
  return `${counted(actors.length, "actor")} in ${counted(files, "file")}, judged with ${platform}: ${verdict}`;
}
