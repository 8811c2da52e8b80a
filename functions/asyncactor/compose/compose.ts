import type { Finding } from "../../../core/finding.ts";
import { renderTransports } from "../../../transports/render.ts";
import type { ActorObject } from "./actor.ts";
import { adoptionFindings, unseenObjects } from "./adoption.ts";
import { allFalse } from "./conditions.ts";
import { STEADY_TTL_SECONDS } from "./defaults.ts";
import { errorText } from "./error-text.ts";
import { objectMetadata, renderObjects, workloadKey } from "./objects.ts";
import { type ActorPlan, planActor } from "./plan.ts";
import { judgePodTemplate } from "./pod-template.ts";
import type { Composed, ComposeInput, Rendered } from "./composed.ts";
import { isRedriving, onTransport, REDRIVE_JOB_KEY, redriveJob, redriveOf } from "./redrive.ts";
import { report } from "./report.ts";
import { hasErrors } from "./resolve.ts";
import { memoryOf } from "./status.ts";
import { timeToLive } from "./time-to-live.ts";
import { planTransport } from "./transport-plan.ts";
import { needsScaler, scalerFindings } from "./scaler.ts";
import { flipFindings, vanishingQueueFindings } from "./takeover.ts";
import { secondsAwake } from "./wake.ts";

const BLAMED = {
  actor: { reason: "ValidationError", state: "WorkloadError" },
  platform: { reason: "PlatformError", state: "TransportError" },
  scaler: { reason: "PlatformError", state: "ScalingError" },
} as const;

/** From an actor, its world and what exists to everything that should exist and what is to be said about it. */
export function compose(input: ComposeInput): Composed {
  const planned = planActor(input.actor, input.world);
  if (planned.plan === undefined) {
    const fatal = planned.blame === "actor" || Object.keys(input.observed).length > 0;
    return refusal(planned.findings, planned.blame, fatal);
  }
  const template = judgePodTemplate(planned.plan.actor.spec, input.podSchema);
  const rendered = render(input, planned.plan, [...planned.findings, ...template.findings]);
  const asksForScaler = needsScaler(planned.plan.actor, input.observed);
  const answer = answerTo(rendered, input, scalerFindings(asksForScaler, input.scalerServed));
  return {
    ...answer,
    objects: withoutPremature(answer.objects, planned.plan, input),
    ttlSeconds: Math.min(
      answer.ttlSeconds,
      secondsAwake(planned.plan.actor.scaling.wakeAtMs, input.now) ?? Infinity,
    ),
    needsPodSchema: template.needsClusterSchema,
    needsScaler: asksForScaler,
    unseen: askable(unseenObjects(planned.plan, input.observed), asksForScaler, input.scalerServed),
  };
}

function render(input: ComposeInput, plan: ActorPlan, found: readonly Finding[]): Rendered {
  const object = input.actor as ActorObject; // planActor checked it
  const { observed, existing } = input;
  const job = observed[REDRIVE_JOB_KEY];
  const asked = redriveOf(object, plan.actor.redriveAtMs, job, input.now);
  const { transportPlan, findings: transportFindings } = planTransport(plan, observed, isRedriving(asked));
  const running = observed[workloadKey(plan)] ?? existing.workload;
  const warmedUp = memoryOf(object.status).warmedUp === true;
  const awake = secondsAwake(plan.actor.scaling.wakeAtMs, input.now) !== undefined;
  const redrive = onTransport(asked, transportPlan);
  const manifests = renderObjects(plan, transportPlan, running, warmedUp, awake);
  const metadata = objectMetadata(plan, { name: plan.actor.name });
  const wantedJob = redriveJob(redrive, job, plan.actor, plan.platform, transportPlan, metadata);
  if (wantedJob !== undefined) manifests[REDRIVE_JOB_KEY] = wantedJob;
  const findings = [
    ...found,
    ...transportFindings,
    ...flipFindings(plan.actor, Object.values(renderTransports), observed),
    ...adoptionFindings(object, manifests, existing),
    ...vanishingQueueFindings(manifests, observed),
  ];
  return { object, plan, transportPlan, manifests, redrive, findings };
}

/** What its system would refuse for now joins later. n.b. Only an actor of a cluster has a uid: others are shown whole. */
function withoutPremature(
  objects: Composed["objects"],
  { transport }: ActorPlan,
  { actor, observed }: ComposeInput,
): Composed["objects"] {
  const { uid } = (actor as ActorObject).metadata;
  const isPremature = (key: string) =>
    !(key in observed) && transport.isPremature?.(key, objects, observed) === true;
  if (uid === undefined) return objects;
  return Object.fromEntries(Object.entries(objects).filter(([key]) => !isPremature(key)));
}

/** n.b. Crossplane stops where it is asked for an object of a kind that it does not know. */
function askable(
  unseen: Composed["unseen"],
  asksForScaler: boolean,
  scalerServed: boolean | undefined,
): Composed["unseen"] {
  const { scaledObject: _, ...others } = unseen;
  return asksForScaler && scalerServed !== true ? others : unseen;
}

function answerTo(rendered: Rendered, input: ComposeInput, noScaler: readonly Finding[]): Composed {
  const { findings } = rendered;
  if (hasErrors(findings)) return refusal(findings, "actor", true);
  if (noScaler.length === 0) return report(rendered, input);
  const answer = refusal([...noScaler, ...findings], "scaler", Object.keys(input.observed).length > 0);
  // n.b. Crossplane does not watch which kinds are served.
  const ttlSeconds = timeToLive(
    { state: "ScalingError", changesInMs: undefined },
    rendered.object,
    input.now,
  );
  return { ...answer, ttlSeconds };
}

/** No object at all: what runs stays as it is, and every condition says why. */
function refusal(findings: Finding[], blame: keyof typeof BLAMED, fatal: boolean): Composed {
  const message = errorText(findings);
  const { reason, state } = BLAMED[blame];
  return {
    fatal,
    findings,
    objects: {},
    conditions: allFalse(reason, message),
    status: { status: state, message },
    ready: false,
    needsPodSchema: false,
    needsScaler: false,
    unseen: {},
    ttlSeconds: STEADY_TTL_SECONDS,
  };
}
