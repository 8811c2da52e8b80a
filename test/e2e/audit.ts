import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { deeds, grants, judge, reasonOf } from "./rights.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const HOME = process.env["ASYA_CLUSTER_HOME"] ?? join(homedir(), ".cache/asya-cluster");
/** n.b. ../shared/cluster writes it when its API server was started with AUDIT=1; the older part of a long one is beside it. */
const LOG = process.env["E2E_AUDIT_LOG"] ?? join(HOME, "run/log/audit.log");

interface Subject {
  /** File of Roles. */
  rights: string;
  user: string;
  reasons: Readonly<Record<string, string>>;
}

const SUBJECTS: readonly Subject[] = [
  {
    rights: "compositions/rbac.yaml",
    user: "system:serviceaccount:crossplane-system:crossplane",
    reasons: {
      "create *":
        "server-side apply of an object that is not there is authorised as create; the audit log calls it patch",
      "list *": "where the API server cannot stream them (WatchList), an informer lists its objects first",
      "get *": "an object that Crossplane's cache does not show yet is read by itself",
    },
  },
  {
    rights: "observer/rbac.yaml",
    user: "system:serviceaccount:asya-system:asya-observer",
    reasons: {},
  },
];

/**
 * Tells what our two service accounts were granted and did not use, and what they were refused.
 *
 * @returns whether there is nothing of that.
 */
export function rightsFit(since: Date): boolean {
  if (!existsSync(LOG)) {
    process.stdout.write(
      "rights are not held against what was done: the API server keeps no audit log (AUDIT=1 ../shared/cluster/up)\n",
    );
    return true;
  }
  const log = readFileSync(LOG, "utf8");
  const misfits = SUBJECTS.flatMap((subject) => judged(subject, log, since));
  process.stdout.write(
    misfits.length === 0 ? "every right was used or has its reason, nothing was refused\n" : "",
  );
  for (const misfit of misfits) process.stdout.write(`${misfit}\n`);
  return misfits.length === 0;
}

function judged({ rights, user, reasons }: Subject, log: string, since: Date): string[] {
  const granted = grants(readFileSync(join(ROOT, rights), "utf8"));
  for (const one of granted) {
    const reason = reasonOf(one, reasons);
    if (reason !== undefined) process.stdout.write(`${rights}: ${one}: ${reason}\n`);
  }
  return judge(granted, deeds(log, user, since), reasons).map((line) => `${rights}: ${line}`);
}
