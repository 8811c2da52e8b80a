import type { Finding } from "../../../core/finding.ts";
import { isObject } from "../../../core/json.ts";
import { checkPodTemplate } from "./pod-template-schema.ts";
import { checkRules } from "./rules.ts";
import { checkActorSchema } from "./schema.ts";

/**
 * What the API server would refuse about an actor as it stands in Git. `wellFormed` says whether its structure can be
 * trusted, so that the effective actor can be computed and judged as well.
 */
export function checkOwnWords(actor: unknown): { findings: Finding[]; wellFormed: boolean } {
  const structure = checkActorSchema(actor);
  const rules = checkRules(actor);
  if (structure.length === 0) return { findings: rules, wellFormed: true };
  return { findings: [...structure, ...rules, ...templateFindings(actor)], wellFormed: false };
}

function templateFindings(actor: unknown): Finding[] {
  const spec = isObject(actor) ? actor["spec"] : undefined;
  const workload = isObject(spec) ? spec["workload"] : undefined;
  const template = isObject(workload) ? workload["template"] : undefined;
  return isObject(template) ? checkPodTemplate(template, ["spec", "workload", "template"]).findings : [];
}
