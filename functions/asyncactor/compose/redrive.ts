import { conditionOf } from "../../../core/conditions.ts";
import { sha256 } from "../../../core/digest.ts";
import { isObject } from "../../../core/json.ts";
import type { Manifest, Metadata, Observed } from "../../../core/manifest.ts";
import { REDRIVE_ANNOTATION } from "../../../core/names.ts";
import type { TransportPlan } from "../../../transports/contract.ts";
import type { ActorObject, EffectiveActor } from "./actor.ts";
import { sidecarContainer } from "./sidecar-container.ts";
import type { Platform } from "./platform.ts";

export const REDRIVE_JOB_KEY = "redrive-job";
/** Who asks again may be ahead of our clock; and nothing starts because of a backup's or a new cluster's old annotation. */
const BELIEVED_MS = 15 * 60_000;
const DEADLINE_SECONDS = 1_800;
const RETRIES = 3;
/** Of a name that Kubernetes makes pods' labels from. */
const MAX_PREFIX = 40;

/** What `asya.sh/redrive` has come to; `requestedAt` is the annotation's own text. */
export interface Redrive {
  requestedAt: string;
  state: "Pending" | "Running" | "Succeeded" | "Failed";
  message: string;
}

/** Each time value is carried out once: where the Job is gone, the status remembers. Undefined where nobody asked. */
export function redriveOf(
  { metadata, status }: ActorObject,
  askedAtMs: number | undefined,
  job: Observed | undefined,
  now: Date,
): Redrive | undefined {
  const requestedAt = metadata.annotations?.[REDRIVE_ANNOTATION];
  if (requestedAt === undefined || askedAtMs === undefined) return undefined;
  const said = (state: Redrive["state"], message: string): Redrive => ({ requestedAt, state, message });
  const before = remembered(status, requestedAt);
  if (before?.state === "Succeeded" || before?.state === "Failed") return before;
  if (job !== undefined) {
    const isThis = job.metadata?.annotations?.[REDRIVE_ANNOTATION] === requestedAt;
    if (!isThis || job.metadata?.deletionTimestamp !== undefined)
      return said("Pending", "the Job of an earlier request is being removed");
    return ofJob(job, said);
  }
  if (before === undefined && Math.abs(now.getTime() - askedAtMs) > BELIEVED_MS)
    return said("Failed", "asked for more than 15 minutes ago or ahead: nothing was moved - ask again");
  return said("Pending", "the Job that moves the dead letters is being created");
}

function ofJob(job: Observed, said: (state: Redrive["state"], message: string) => Redrive): Redrive {
  const where = `kubectl logs -n ${job.metadata?.namespace} job/${job.metadata?.name}`;
  if (conditionOf(job, "Complete")?.status === "True")
    return said("Succeeded", `the dead letters that were there are in the queue again; how many: ${where}`);
  const failure = conditionOf(job, "Failed");
  if (failure?.status === "True")
    return said(
      "Failed",
      `${failure.reason}: ${failure.message}; what was not moved is still there: ${where}`,
    );
  return said("Running", `job ${job.metadata?.name} moves the dead letters`);
}

function remembered(status: ActorObject["status"], requestedAt: string): Redrive | undefined {
  const before = status?.["redrive"];
  if (!isObject(before) || before["requestedAt"] !== requestedAt) return undefined;
  return { requestedAt, state: before["state"] as Redrive["state"], message: String(before["message"]) };
}

/** The platform may have turned dead letters off. */
export function onTransport(redrive: Redrive | undefined, plan: TransportPlan): Redrive | undefined {
  if (plan.deadLetterQueue !== undefined || !isRedriving(redrive) || redrive === undefined) return redrive;
  const message =
    "the platform has dead-letter queues turned off (queues.dlq.enabled): there is nothing to move";
  return { ...redrive, state: "Failed", message };
}

export function isRedriving(redrive: Redrive | undefined): boolean {
  return redrive?.state === "Pending" || redrive?.state === "Running";
}

/**
 * The Job, as long as it is wanted: one that is done stays for its log until it is asked for again. n.b. Crossplane keeps
 * the name of what exists under a key, so another one can be made only once it is gone.
 */
export function redriveJob(
  redrive: Redrive | undefined,
  job: Observed | undefined,
  actor: EffectiveActor,
  platform: Platform,
  plan: TransportPlan,
  metadata: Metadata,
): Manifest | undefined {
  if (redrive === undefined) return undefined;
  if (job === undefined && (!isRedriving(redrive) || plan.deadLetterQueue === undefined)) return undefined;
  if (job !== undefined && job.metadata?.annotations?.[REDRIVE_ANNOTATION] !== redrive.requestedAt)
    return undefined;
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      ...metadata,
      name: job?.metadata?.name ?? jobName(actor.name, redrive.requestedAt),
      annotations: { ...metadata.annotations, [REDRIVE_ANNOTATION]: redrive.requestedAt },
    },
    // n.b. A Job's template is immutable: another image or setting must not reach one that exists.
    spec: job?.spec ?? jobSpec(actor, platform, plan),
  };
}

function jobName(actor: string, requestedAt: string): string {
  const digest = sha256(requestedAt).slice(0, 10);
  return `${actor.slice(0, MAX_PREFIX)}-redrive-${digest}`;
}

/** n.b. Neither the workload's selector nor the observer may take its pod for one of the actor's. */
function jobSpec(actor: EffectiveActor, platform: Platform, plan: TransportPlan): Record<string, unknown> {
  const { env, resources, securityContext } = sidecarContainer(actor, platform, plan);
  const serviceAccountName = actor.spec.workload.template.spec.serviceAccountName ?? plan.serviceAccountName;
  const { imagePullPolicy, imagePullSecrets, image } = platform.sidecar;
  return {
    activeDeadlineSeconds: DEADLINE_SECONDS,
    backoffLimit: RETRIES,
    template: {
      metadata: { labels: { "asya.sh/redrive": actor.name } },
      spec: {
        restartPolicy: "Never",
        ...(serviceAccountName === undefined ? {} : { serviceAccountName }),
        ...(imagePullSecrets.length === 0 ? {} : { imagePullSecrets }),
        containers: [
          {
            name: "redrive",
            image,
            imagePullPolicy,
            args: ["redrive"],
            env,
            ...(resources === undefined ? {} : { resources }),
            securityContext,
            ...(plan.sidecarVolumeMounts.length === 0 ? {} : { volumeMounts: plan.sidecarVolumeMounts }),
          },
        ],
        ...(plan.sidecarVolumes.length === 0 ? {} : { volumes: plan.sidecarVolumes }),
      },
    },
  };
}
