import type { Manifest, Metadata, Observed } from "../../../core/manifest.ts";
import { RUNTIME_CONTAINER } from "../../../core/names.ts";
import type { TransportPlan } from "../../../transports/contract.ts";
import type { EffectiveActor } from "./actor.ts";
import type { PodSpec, PodTemplate } from "./effective.ts";
import { podGraceSeconds } from "./in-flight-limits.ts";
import { podLabels, selectorLabels } from "./labels.ts";
import { VOLUMES } from "./pod-layout.ts";
import type { Platform } from "./platform.ts";
import { handOverReplicas } from "./replicas.ts";
import { runtimeContainer } from "./runtime-container.ts";
import { installContainer, sidecarContainer } from "./sidecar-container.ts";

const DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";
const RESTARTED_AT = "asya.sh/restarted-at";

/** The Deployment or StatefulSet: the user's pod template with the sidecar, the runtime's file and what they share. */
export function workload(
  actor: EffectiveActor,
  platform: Platform,
  plan: TransportPlan,
  metadata: Metadata,
  observed: Observed | undefined,
): Manifest {
  const { kind, volumeClaimTemplates, podManagementPolicy, serviceName } = actor.spec.workload;
  const { replicas, resourceVersion } = handOverReplicas(
    actor.scaling.enabled,
    firstReplicas(actor),
    observed,
  );
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { ...metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: { matchLabels: selectorLabels(actor) },
      template: podTemplate(actor, platform, plan),
      ...(kind === "StatefulSet" ? { serviceName: serviceName ?? actor.name } : {}),
      ...(kind === "StatefulSet" && podManagementPolicy !== undefined ? { podManagementPolicy } : {}),
      ...(kind === "StatefulSet" && volumeClaimTemplates !== undefined ? { volumeClaimTemplates } : {}),
    },
  };
}

/** The number that the workload is born with: one to warm up, else the smallest. */
export function firstReplicas(actor: EffectiveActor): number {
  if (!actor.scaling.enabled) return actor.spec.workload.replicas;
  return Math.max(actor.scaling.minReplicas, actor.spec.scaling.warmUp ? 1 : 0);
}

function podTemplate(actor: EffectiveActor, platform: Platform, plan: TransportPlan): PodTemplate {
  const { metadata, spec } = actor.spec.workload.template;
  const annotations = {
    [DEFAULT_CONTAINER]: RUNTIME_CONTAINER,
    ...actor.spec.annotations,
    ...metadata?.annotations,
    ...(actor.restartedAt === undefined ? {} : { [RESTARTED_AT]: actor.restartedAt }),
  };
  return {
    ...actor.spec.workload.template,
    metadata: { ...metadata, labels: podLabels(actor), annotations },
    spec: podSpec(actor, platform, plan, spec),
  };
}

function podSpec(actor: EffectiveActor, platform: Platform, plan: TransportPlan, user: PodSpec): PodSpec {
  const serviceAccountName = user.serviceAccountName ?? plan.serviceAccountName;
  const imagePullSecrets = pullSecrets(user, platform);
  return {
    ...user,
    terminationGracePeriodSeconds: podGraceSeconds(actor),
    ...(serviceAccountName === undefined ? {} : { serviceAccountName }),
    ...(imagePullSecrets.length === 0 ? {} : { imagePullSecrets }),
    initContainers: [installContainer(platform), ...(user.initContainers ?? [])],
    containers: [
      ...user.containers.map((container) =>
        container.name === RUNTIME_CONTAINER ? runtimeContainer(actor, container) : container,
      ),
      sidecarContainer(actor, platform, plan),
    ],
    volumes: [...(user.volumes ?? []), ...ourVolumes(user), ...(plan.sidecarVolumes as { name: string }[])],
  };
}

function ourVolumes(user: PodSpec): { name: string; emptyDir: object }[] {
  // A user's own volume `tmp` passed the collision check: it is the one mounted at /tmp.
  const taken = new Set((user.volumes ?? []).map(({ name }) => name));
  return Object.values(VOLUMES)
    .filter((name) => !taken.has(name))
    .map((name) => ({ name, emptyDir: {} }));
}

function pullSecrets(user: PodSpec, platform: Platform): { name: string }[] {
  const own = user.imagePullSecrets ?? [];
  const names = new Set(own.map(({ name }) => name));
  return [...own, ...platform.sidecar.imagePullSecrets.filter(({ name }) => !names.has(name))];
}
