import { Findings } from "../../argocd-plugin/check/findings.ts";
import { fullReport, jsonReport } from "../../argocd-plugin/report.ts";
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
  const findings = options.quiet === true ? errorsOf(folder.findings) : folder.findings;
  const report = options.output === "json" ? jsonReport(findings.kept) : fullReport(findings, folder.files);
  process.stdout.write(report);
  console.error(lookedAt(folder));
  if (findings.count("error") > 0) process.exitCode = 1;
}

function errorsOf({ kept }: Findings): Findings {
  const errors = new Findings({ kept: Infinity, notes: false });
  errors.add(kept.filter(isError));
  return errors;
}

function lookedAt({ actors, files, platformFrom, findings }: CheckedFolder): string {
  const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  const platform = {
    folder: "the platform beside them",
    file: "the platform that you named",
    "built in": "a built-in example platform (--platform names yours)",
  }[platformFrom];
  const verdict = findings.count("error") > 0 ? "not ready to commit" : "nothing that anybody would refuse";
  return `${counted(actors.length, "actor")} in ${counted(files, "file")}, judged with ${platform}: ${verdict}`;
}
