import { findingToJson } from "../../core/finding.ts";
import type { DiffReport } from "./report.ts";
import { levelOf, RISKS } from "./risks.ts";

/** One JSON document: `{base, path, remarks, actors, unchanged, objects, risks, findings}`. */
export function jsonReport({ base, path, comparison, findings, remarks }: DiffReport): string {
  const { changes, others, risks, unchanged } = comparison;
  const document = {
    base,
    path,
    remarks,
    actors: changes.map(({ id, status, place, byOthers, words, patches }) => ({
      actor: id,
      status,
      ...place,
      byOthers,
      changes: words,
      patch: patches.join(""),
    })),
    unchanged,
    objects: others.map(({ id, status, place, patch }) => ({ object: id, status, ...place, patch })),
    risks: risks.map(({ code, actor, message, fix, place }) => ({
      code: `ASYA-${code}`,
      level: levelOf(code),
      title: RISKS[code].title,
      actor,
      message,
      fix,
      ...place,
    })),
    findings: findings.map(findingToJson),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
