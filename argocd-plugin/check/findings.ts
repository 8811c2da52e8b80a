import { type Finding, type Severity, severityOf } from "../../core/finding.ts";

/** What a folder's findings may be at most; the others are counted. */
export interface FindingLimits {
  /** Of each severity; nobody reads more, and each takes memory and time to be placed. */
  kept: number;
  /** Whether notes are kept at all. */
  notes: boolean;
}

/** All findings of a folder. */
export class Findings {
  readonly kept: Finding[] = [];
  readonly #counts: Record<Severity, number> = { error: 0, warning: 0, note: 0 };
  readonly #limits: FindingLimits;

  constructor(limits: FindingLimits) {
    this.#limits = limits;
  }

  /** Adds findings; `place` says where they stand, of those that are kept. */
  add(findings: readonly Finding[], place: (finding: Finding) => Finding = (finding) => finding): void {
    for (const each of findings) {
      const severity = severityOf(each.code);
      const count = ++this.#counts[severity];
      if (count <= this.#limits.kept && (severity !== "note" || this.#limits.notes))
        this.kept.push(place(each));
    }
  }

  /** Of each severity, how many are kept at most: for what only these need. */
  get room(): number {
    return this.#limits.kept;
  }

  count(severity: Severity): number {
    return this.#counts[severity];
  }
}
