/** What the observer reads of a pod; nothing in it is promised. */
export interface Pod {
  metadata: PodMetadata;
  spec?: { nodeName?: string; containers?: PodContainer[]; initContainers?: PodContainer[] };
  status?: PodStatus;
}

export interface PodMetadata {
  name: string;
  namespace: string;
  uid: string;
  resourceVersion?: string;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
}

export interface PodContainer {
  name: string;
  image?: string;
  env?: { name: string; value?: string }[];
  ports?: { name?: string; containerPort: number }[];
  resources?: { limits?: Record<string, string> };
}

export interface PodStatus {
  phase?: string;
  /** Of a pod that was ended as a whole: Evicted, NodeLost, ... */
  reason?: string;
  message?: string;
  podIP?: string;
  conditions?: PodCondition[];
  containerStatuses?: ContainerStatus[];
  initContainerStatuses?: ContainerStatus[];
}

export interface PodCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

export interface ContainerStatus {
  name: string;
  ready?: boolean;
  /** The startup probe has passed. */
  started?: boolean;
  restartCount?: number;
  state?: ContainerState;
  lastState?: ContainerState;
}

export interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string };
  terminated?: { reason?: string; message?: string; exitCode?: number; signal?: number };
}

export const ACTOR_LABEL = "asya.sh/actor";

/** Only what is read: thousands of pods are kept in memory, and their env may hold secrets. */
export function trimPod(pod: Pod): Pod {
  const { name, namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp, labels } =
    pod.metadata;
  const actor = labels?.[ACTOR_LABEL];
  return {
    metadata: {
      name,
      namespace,
      uid,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      ...(actor === undefined ? {} : { labels: { [ACTOR_LABEL]: actor } }),
    },
    spec: {
      ...(pod.spec?.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
      containers: (pod.spec?.containers ?? []).map(trimContainer),
      initContainers: (pod.spec?.initContainers ?? []).map(trimContainer),
    },
    ...(pod.status === undefined ? {} : { status: pod.status }),
  };
}

function trimContainer({ name, image, env, ports, resources }: PodContainer): PodContainer {
  const namespace = env?.find((variable) => variable.name === METRICS_NAMESPACE_VARIABLE)?.value;
  return {
    name,
    ...(image === undefined ? {} : { image }),
    ...(namespace === undefined ? {} : { env: [{ name: METRICS_NAMESPACE_VARIABLE, value: namespace }] }),
    ...(ports === undefined
      ? {}
      : { ports: ports.map(({ name, containerPort }) => ({ name: name ?? "", containerPort })) }),
    ...(resources?.limits === undefined ? {} : { resources: { limits: resources.limits } }),
  };
}

export const METRICS_NAMESPACE_VARIABLE = "ASYA_METRICS_NAMESPACE";

export function conditionOf(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

export function isReady(pod: Pod): boolean {
  return conditionOf(pod, "Ready")?.status === "True";
}

/** Its containers have ended for good; a new pod takes its place. */
export function hasEnded(pod: Pod): boolean {
  return pod.status?.phase === "Failed" || pod.status?.phase === "Succeeded";
}

/** Told to stop: what its containers do now is nobody's fault. */
export function isLeaving(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}
