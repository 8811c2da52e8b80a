import type { Finding } from "../../core/finding.ts";
import type { Comparison } from "./compare.ts";
import type { Base } from "./git.ts";

/** Everything that is told, whatever the form. */
export interface DiffReport {
  base: Base;
  /** As the user wrote it. */
  path: string;
  comparison: Comparison;
  /** Of the new side. */
  findings: readonly Finding[];
  /** Sentences about how it was judged. */
  remarks: readonly string[];
}

/** `1 added, 2 changed, 17 unchanged` */
export function countsText({ changes, unchanged }: Comparison): string {
  const counts = ["added", "removed", "changed", "refused", "unreadable"].map((status) => ({
    status,
    count: changes.filter((change) => change.status === status).length,
  }));
  return [...counts, { status: "unchanged", count: unchanged }]
    .filter(({ status, count }) => count > 0 || status === "unchanged")
    .map(({ status, count }) => `${count} ${status}`)
    .join(", ");
}

export function baseText({ ref, commit, isMergeBase }: Base): string {
  const short = commit.slice(0, 10);
  return isMergeBase ? `${short}, where this branch left ${ref}` : `${ref} (${short})`;
}

/** `a, b and 12 more` */
export function namesText(ids: readonly string[], most = 8): string {
  const more = ids.length - most;
  return more > 0 ? `${ids.slice(0, most).join(", ")} and ${more} more` : ids.join(", ");
}
