import { POD_STATES } from "../core/pod-state.ts";
import { containerProblem } from "./container-problem.ts";
import { conditionOf, hasEnded, isLeaving, type ContainerStatus, type Pod } from "./pod.ts";
import type { PodProblem } from "./pod-state.ts";
import { schedulingReasons, steadyText } from "./steady-text.ts";

/** A Warning event about a pod. */
export interface PodEvent {
  reason?: string;
  message?: string;
}

/** Mounting takes a few seconds where all is well; the kubelet gives up its first attempt after 2 minutes. */
const MOUNTING_MAY_TAKE_MS = 20_000;
const MOUNT_REASONS = new Set(["FailedMount", "FailedAttachVolume", "FailedMapVolume"]);
const NO_ROOM =
  /^(Evicted|Preempting|Preempted|OutOf\w+|UnexpectedAdmissionError|NodeAffinity|NodeShutdown|Terminated)$/;

/**
 * What keeps a pod from its work, the most telling thing first; undefined = nothing, or nothing that is known yet.
 *
 * @param events - its Warning events; only asked for where `needsEvents` says so.
 */
export function podProblem(pod: Pod, events: readonly PodEvent[] = []): PodProblem | undefined {
  if (isLeaving(pod)) return undefined;
  if (hasEnded(pod)) return endedProblem(pod);
  return schedulingProblem(pod) ?? worstContainerProblem(pod) ?? mountProblem(pod, events);
}

/** Some causes stand in events only: a pod that is scheduled and whose containers wait without a reason. */
export function needsEvents(pod: Pod, now: Date): boolean {
  if (isLeaving(pod) || pod.status?.phase !== "Pending") return false;
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status !== "True") return false;
  const since = Date.parse(scheduled.lastTransitionTime ?? "");
  if (!(now.getTime() - since >= MOUNTING_MAY_TAKE_MS)) return false;
  const statuses = statusesOf(pod).map(({ status }) => status);
  return statuses.length > 0 && statuses.every(waitsForTheNode);
}

function waitsForTheNode({ state }: ContainerStatus): boolean {
  const reason = state?.waiting?.reason;
  return reason === "ContainerCreating" || reason === "PodInitializing";
}

function schedulingProblem(pod: Pod): PodProblem | undefined {
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status !== "False" || scheduled.reason !== "Unschedulable") return undefined;
  const reasons = schedulingReasons(scheduled.message ?? "");
  if (/persistentvolumeclaim|PersistentVolume|volume node affinity|storageclass/i.test(reasons)) {
    const fix = "look at the claim: kubectl describe pvc";
    return { state: "VolumeError", message: `no node fits because of a volume: ${reasons} - ${fix}` };
  }
  const fix =
    "ask for less (resources.requests, nodeSelector, affinity), tolerate the taint, or add or uncordon a node";
  return { state: "PendingResources", message: `no node fits: ${reasons || "Unschedulable"} - ${fix}` };
}

function worstContainerProblem(pod: Pod): PodProblem | undefined {
  const problems = statusesOf(pod).flatMap(
    ({ status, isInit }) => containerProblem(pod, status, isInit) ?? [],
  );
  return problems.sort(bySettledAndState)[0];
}

function bySettledAndState(one: PodProblem, other: PodProblem): number {
  const settles = (one.settlesAfterMs ?? 0) - (other.settlesAfterMs ?? 0);
  return settles || POD_STATES.indexOf(one.state) - POD_STATES.indexOf(other.state);
}

function statusesOf(pod: Pod): { status: ContainerStatus; isInit: boolean }[] {
  return [
    ...(pod.status?.initContainerStatuses ?? []).map((status) => ({ status, isInit: true })),
    ...(pod.status?.containerStatuses ?? []).map((status) => ({ status, isInit: false })),
  ];
}

function mountProblem(pod: Pod, events: readonly PodEvent[]): PodProblem | undefined {
  if (!statusesOf(pod).every(({ status }) => waitsForTheNode(status))) return undefined;
  const texts = events
    .filter(({ reason }) => reason !== undefined && MOUNT_REASONS.has(reason))
    .map(({ reason, message }) => `${reason}: ${steadyText(message ?? "")}`);
  const missing = texts.filter((text) =>
    /\b(secret|configmap)s? "[^"]*" not found|references non-existent/i.test(text),
  );
  // n.b. the kubelet reports each volume that fails and, later, that it waits for all of them.
  const text =
    [...(missing.length > 0 ? missing : texts)].filter(isNotWaiting).sort()[0] ?? [...texts].sort()[0];
  if (text === undefined) return undefined;
  return missing.length > 0
    ? {
        state: "ConfigError",
        message: `a volume cannot be mounted: ${text} - create it in the actor's namespace, or correct the volume`,
      }
    : {
        state: "VolumeError",
        message: `a volume cannot be mounted: ${text} - look at the volume and its claim: kubectl describe pvc`,
      };
}

function isNotWaiting(text: string): boolean {
  return !/Unable to attach or mount volumes|timed out waiting for the condition/.test(text);
}

function endedProblem(pod: Pod): PodProblem | undefined {
  const { phase, reason } = pod.status ?? {};
  if (phase !== "Failed") return undefined;
  if (reason !== undefined && NO_ROOM.test(reason)) {
    const text = endedText(pod.status?.message ?? "");
    return {
      state: "PendingResources",
      message: `the node ended the pod: ${reason}${text === "" ? "" : `: ${text}`} - request what it really needs, or give the node more`,
    };
  }
  return (
    worstContainerProblem(pod) ?? {
      state: "RuntimeError",
      message: `the pod failed: ${reason ?? "unknown reason"} - look at it: kubectl describe pod`,
    }
  );
}

/** n.b. "The node was low on resource: memory. Threshold quantity: 100Mi, available: 93Mi. Container x was using ..." */
function endedText(message: string): string {
  return steadyText(message.split(/\. (?:Threshold|Container )/)[0] ?? "");
}
