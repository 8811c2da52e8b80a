import { durationMs } from "../../../core/duration.ts";
import { type Finding, finding, quoteValue } from "../../../core/finding.ts";
import type { Observed } from "../../../core/manifest.ts";
import type { ActorView, TransportPlan } from "../../../transports/contract.ts";
import type { EffectiveActor } from "./actor.ts";
import { inFlightFindings } from "./in-flight-finding.ts";
import type { ActorPlan } from "./plan.ts";

const POD = ["spec", "workload", "template", "spec"] as const;

/** What an actor gets from its transport, and what is to be said about the two together. */
export function planTransport(
  { actor, transport, transportConfig }: ActorPlan,
  observed: Readonly<Record<string, Observed>>,
  redriving = false,
): { transportPlan: TransportPlan; findings: Finding[] } {
  const transportPlan = transport.render({
    actor: { ...actorView(actor), redriving },
    transportName: actor.spec.transport,
    config: transportConfig,
    observed,
  });
  const findings = [
    ...transportPlan.findings,
    ...serviceAccountFindings(actor, transportPlan),
    ...volumeFindings(actor, transportPlan),
    ...inFlightFindings(actor, transportPlan.trigger),
  ];
  return { transportPlan, findings };
}

/** What the transport needs to know of the actor. */
function actorView(actor: EffectiveActor): ActorView {
  const { spec } = actor;
  return {
    name: actor.name,
    namespace: actor.namespace,
    processingMs: durationMs(spec.timeout.processing) ?? 0,
    queueLength: spec.scaling.queueLength,
    sendTo: spec.access?.sendTo,
    messagesAtDeletion: spec.deletion.messages,
  };
}

function serviceAccountFindings(actor: EffectiveActor, plan: TransportPlan): Finding[] {
  const own = actor.spec.workload.template.spec.serviceAccountName;
  if (own === undefined || plan.serviceAccountName === undefined || own === plan.serviceAccountName)
    return [];
  const message = `the queue is reached with the role of ${quoteValue(plan.serviceAccountName)} (got ${quoteValue(own)})`;
  const fix = "leave it out, or give your service account that role";
  return [finding("W009", [...POD, "serviceAccountName"], message, fix)];
}

function volumeFindings(actor: EffectiveActor, plan: TransportPlan): Finding[] {
  const injected = new Set(plan.sidecarVolumes.map((volume) => volume["name"]));
  return (actor.spec.workload.template.spec.volumes ?? []).flatMap(({ name }, index) =>
    injected.has(name)
      ? [
          finding(
            "E032",
            [...POD, "volumes", index, "name"],
            `the volume name ${quoteValue(name)} is reserved for what is injected`,
            "choose another name",
          ),
        ]
      : [],
  );
}
