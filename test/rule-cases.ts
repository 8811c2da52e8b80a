import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "yaml";

/** An AsyncActor, or an update of one, and what must be said about it offline and by an API server. */
export interface RuleCase {
  title: string;
  /** Code and path of every finding; empty = valid. */
  findings: string[];
  /** Text in the API server's refusal. */
  server: string;
  object: Record<string, unknown>;
  old: Record<string, unknown> | undefined;
}

interface CaseFile {
  verdict: "valid" | string[];
  server?: string;
  object?: Record<string, unknown>;
  old?: Record<string, unknown>;
  new?: Record<string, unknown>;
}

/** The cases of test/rules, one a file. */
export function ruleCases(): RuleCase[] {
  const folder = join(import.meta.dirname, "rules");
  const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  return names
    .sort()
    .map((name) => toCase(name, parse(readFileSync(join(folder, name), "utf8")) as CaseFile));
}

function toCase(name: string, file: CaseFile): RuleCase {
  const object = file.object ?? file.new;
  if (object === undefined) throw new Error(`test/rules/${name} has neither object nor new`);
  const findings = file.verdict === "valid" ? [] : file.verdict;
  if ((findings.length === 0) !== (file.server === undefined)) {
    throw new Error(`test/rules/${name}: server goes with findings, and only with them`);
  }
  return { title: basename(name, ".yaml"), findings, server: file.server ?? "", object, old: file.old };
}
