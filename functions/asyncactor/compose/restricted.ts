import { type Finding, finding } from "../../../core/finding.ts";
import { isObject } from "../../../core/json.ts";
import type { EffectiveActor } from "./actor.ts";

/**
 * A note on what the user's own containers would need in a namespace that enforces Pod Security `restricted`; the
 * injected ones pass it.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function restrictedNote(actor: EffectiveActor): Finding[] {
  const pod = actor.spec.workload.template.spec;
  const missing = new Set<string>();
  for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
    const own = container.securityContext ?? {};
    const inherited = { ...pod.securityContext, ...own };
    if (own["allowPrivilegeEscalation"] !== false) missing.add("allowPrivilegeEscalation: false");
    if (!dropsAll(own["capabilities"])) missing.add("capabilities.drop: [ALL]");
    if (inherited["runAsNonRoot"] !== true) missing.add("runAsNonRoot: true");
    if (!isObject(inherited["seccompProfile"])) missing.add("seccompProfile.type: RuntimeDefault");
  }
  if (missing.size === 0) return [];
  const path = ["spec", "workload", "template", "spec"];
  const message = "the user's containers do not meet Pod Security `restricted`";
  return [finding("I001", path, message, `where a namespace enforces it, set ${[...missing].join(", ")}`)];
}

function dropsAll(capabilities: unknown): boolean {
  return (
    isObject(capabilities) && Array.isArray(capabilities["drop"]) && capabilities["drop"].includes("ALL")
  );
}
