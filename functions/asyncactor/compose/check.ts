import type { Finding } from "../../../core/finding.ts";
import type { ActorObject } from "./actor.ts";
import { inFlightFindings } from "./in-flight-finding.ts";
import { checkOwnWords } from "./own-words.ts";
import { distinct, planActor, type World } from "./plan.ts";
import type { Platform } from "./platform.ts";
import { judgePodTemplate } from "./pod-template.ts";
import { planTransport } from "./transport-plan.ts";
import { hasErrors, resolveActor, resolveFlavors } from "./resolve.ts";

/** Stands in for the platform where only the actor's own folder is known. */
const UNKNOWN_PLATFORM: Platform = {
  transports: {},
  sidecar: { image: "", imagePullPolicy: "IfNotPresent", imagePullSecrets: [], metricsPort: 8080 },
};

/**
 * All that the API server, the function, Kubernetes' pod template and KEDA would refuse or we warn about, offline.
 * Without a platform in `world` nothing is said about transports, flavors and limits that only it knows.
 */
export function checkActor(actor: unknown, world: World): Finding[] {
  if (world.platform === undefined) return checkWithoutPlatform(actor, world);
  const planned = planActor(actor, world);
  if (planned.plan === undefined) return planned.findings;
  const { plan } = planned;
  const transport = planTransport(plan, {});
  return [...planned.findings, ...transport.findings, ...judgePodTemplate(plan.actor.spec, null).findings];
}

function checkWithoutPlatform(actor: unknown, world: World): Finding[] {
  const own = checkOwnWords(actor);
  if (!own.wellFormed) return own.findings;
  const object = actor as ActorObject; // checked by the line above
  const names = (object.spec["flavors"] as string[] | undefined) ?? [];
  const elsewhere = names.filter((name) => world.flavors[name] === undefined);
  if (elsewhere.length > 0) return own.findings;
  const flavors = resolveFlavors(names, world.flavors);
  const resolved = resolveActor(object, UNKNOWN_PLATFORM, flavors.specs, "");
  const template = judgePodTemplate(resolved.actor.spec, null);
  const findings = [...own.findings, ...flavors.findings, ...resolved.findings, ...template.findings];
  return distinct([...findings, ...(hasErrors(findings) ? [] : inFlightFindings(resolved.actor, undefined))]);
}
