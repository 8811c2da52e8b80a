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
    },
  },
  {
    rights: "observer/rbac.yaml",
    user: "system:serviceaccount:asya-system:asya-observer",
    reasons: {},
  },
];

/** The log of the cluster, or undefined where it keeps none. */
export function auditLog(): string | undefined {
  if (!existsSync(LOG)) return undefined;
  return readFileSync(LOG, "utf8");
}

/** What our two service accounts were granted and did not use, and what they were refused; a line each. */
export function misfits(log: string, since: Date): string[] {
  return SUBJECTS.flatMap(({ rights, user, reasons }) => {
    const granted = grants(readFileSync(join(ROOT, rights), "utf8"));
    return judge(granted, deeds(log, user, since), reasons).map((line) => `${rights}: ${line}`);
  });
}

/** Rights that stand for a reason, for the story. */
export function kept(): string[] {
  return SUBJECTS.flatMap(({ rights, reasons }) =>
    grants(readFileSync(join(ROOT, rights), "utf8")).flatMap((one) => {
      const reason = reasonOf(one, reasons);
      return reason === undefined ? [] : [`${one}: ${reason}`];
    }),
  );
}
