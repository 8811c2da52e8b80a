import type { PodState } from "../core/pod-state.ts";
import { INSTALL_CONTAINER, RUNTIME_CONTAINER, SIDECAR_CONTAINER } from "../core/names.ts";
import type { ContainerState, ContainerStatus, Pod, PodContainer } from "./pod.ts";
import type { PodProblem } from "./pod-state.ts";
import { steadyText } from "./steady-text.ts";

/** Longer than any start of ours that goes well; the kubelet looks every 10 s. */
const NOT_READY_SETTLES_MS = 60_000;
const IMAGE_REASONS = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "ImageInspectError",
  "RegistryUnavailable",
  "SignatureValidationFailed",
]);

/** What is wrong with one container; undefined = nothing that is known yet. */
export function containerProblem(pod: Pod, status: ContainerStatus, isInit: boolean): PodProblem | undefined {
  const container = containerOf(pod, status.name);
  const { waiting, running, terminated } = status.state ?? {};
  const about = (state: PodState, message: string): PodProblem => ({
    state,
    container: status.name,
    message,
  });
  if (waiting?.reason !== undefined && IMAGE_REASONS.has(waiting.reason)) {
    return about("ImagePullError", imageMessage(container, waiting.reason, waiting.message ?? ""));
  }
  if (waiting?.reason === "CreateContainerConfigError") {
    return about("ConfigError", configMessage(status.name, waiting.message ?? ""));
  }
  if (waiting?.reason === "CreateContainerError" || waiting?.reason === "RunContainerError") {
    return about(stateOf(status.name), startMessage(status.name, waiting.reason, waiting.message));
  }
  if (waiting?.reason === "CrashLoopBackOff") {
    return about(stateOf(status.name), crashMessage(container, status, status.lastState?.terminated));
  }
  if (terminated !== undefined && !(isInit && terminated.exitCode === 0)) {
    return about(stateOf(status.name), crashMessage(container, status, terminated));
  }
  if (running === undefined || status.ready === true) return undefined;
  const before = status.lastState?.terminated;
  // It crashed, runs again and has not become ready: the same crash until it has.
  if (before !== undefined && !lostSight(before))
    return about(stateOf(status.name), crashMessage(container, status, before));
  if (isInit || status.started !== true) return undefined;
  return notReady(pod, status);
}

/** A sidecar is not ready either while the runtime is not: then it is the runtime's fault. */
function notReady(pod: Pod, status: ContainerStatus): PodProblem | undefined {
  if (status.name === SIDECAR_CONTAINER) {
    const runtime = pod.status?.containerStatuses?.find(({ name }) => name === RUNTIME_CONTAINER);
    if (runtime !== undefined && runtime.ready !== true) return undefined;
  }
  const message =
    status.name === SIDECAR_CONTAINER
      ? `${status.name} runs but is not ready: it has no connection to the queue - look at its log: kubectl logs POD -c ${status.name}`
      : `${status.name} runs but is not ready: its readiness probe fails - look at the pod's events and at its log: kubectl logs POD -c ${status.name}`;
  return {
    state: stateOf(status.name),
    container: status.name,
    message,
    settlesAfterMs: NOT_READY_SETTLES_MS,
  };
}

/** After a restart of the node or its kubelet nobody knows how a container ended. */
function lostSight({ reason }: ContainerState["terminated"] & {}): boolean {
  return reason === "Unknown" || reason === "ContainerStatusUnknown";
}

function stateOf(container: string): PodState {
  return container === SIDECAR_CONTAINER || container === INSTALL_CONTAINER ? "SidecarError" : "RuntimeError";
}

function imageMessage(container: PodContainer | undefined, reason: string, message: string): string {
  const image = container?.image === undefined ? "the image" : `image ${container.image}`;
  const cause = steadyText(message);
  if (reason === "InvalidImageName") {
    return `${image} of ${container?.name ?? "a container"} is no valid name: InvalidImageName${cause === "" ? "" : `: ${cause}`} - correct the image`;
  }
  const why = cause === "" ? "" : `: ${cause}`;
  return `${image} of ${container?.name ?? "a container"} cannot be pulled${why} - check its name and tag, and imagePullSecrets of a private registry`;
}

function configMessage(name: string, message: string): string {
  const text = steadyText(message);
  const fix = /runAsNonRoot|non-numeric user/.test(text)
    ? "set a numeric runAsUser, or change the image's user"
    : "create it in the actor's namespace, or correct the reference";
  return `${name} cannot be created: ${text || "CreateContainerConfigError"} - ${fix}`;
}

/** n.b. The termination message of a container that ran is the user's own text: it may hold anything. */
function crashMessage(
  container: PodContainer | undefined,
  { name }: ContainerStatus,
  ended: ContainerState["terminated"],
): string {
  const log = `look at its log: kubectl logs POD -c ${name} --previous`;
  if (ended === undefined) return `${name} ends again and again: CrashLoopBackOff - ${log}`;
  if (ended.reason === "OOMKilled") {
    const limit = container?.resources?.limits?.["memory"];
    const of = limit === undefined ? "" : `, limit ${limit}`;
    return `${name} needed more memory than it may have: OOMKilled${of} - raise resources.limits.memory, or use less`;
  }
  if (ended.reason === "StartError" || ended.reason === "ContainerCannotRun") {
    return startMessage(name, ended.reason, ended.message);
  }
  if (ended.exitCode === 0) return `${name} ended although it should go on (exit code 0) - ${log}`;
  const how = ended.signal ? `signal ${ended.signal}` : `exit code ${ended.exitCode ?? "unknown"}`;
  return `${name} crashed: ${ended.reason ?? "Error"}, ${how} - ${log}`;
}

/** n.b. The same text stands first in `waiting` as RunContainerError, then in `lastState` as StartError. */
function startMessage(name: string, reason: string, message: string | undefined): string {
  const advice =
    name === RUNTIME_CONTAINER
      ? "check the image and workload.pythonExecutable"
      : "check its image, command and security context";
  return `${name} cannot be started: ${steadyText(message ?? "") || reason} - ${advice}`;
}

function containerOf(pod: Pod, name: string): PodContainer | undefined {
  return [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].find(
    (container) => container.name === name,
  );
}
