import type { ActorOptions } from "../actors.ts";

/** A state that an actor gets into by a real cause, and where that is read from. */
export interface StateCase {
  state: string;
  /** For docs/states.md. */
  cause: string;
  source: string;
  name: string;
  actor: ActorOptions;
  /** What `status.message` must say. */
  message: RegExp;
}

// n.b. A pod that never starts would not exist at zero.
const MANUAL = { scaling: {} };

/** One row each; more causes of a state are in observer/pod-cases. */
export const STATES: readonly StateCase[] = [
  {
    state: "ImagePullError",
    cause: "the image does not exist",
    source: "Pod, `containerStatuses[].state.waiting`",
    name: "no-image",
    actor: { spec: MANUAL, container: { image: "localhost/there-is-no-such-image:1" } },
    message: /there-is-no-such-image/,
  },
  {
    state: "ConfigError",
    cause: "a Secret that the handler's environment names is missing",
    source: "Pod, `containerStatuses[].state.waiting`",
    name: "no-secret",
    actor: { spec: MANUAL, container: { envFrom: [{ secretRef: { name: "no-such-secret" } }] } },
    message: /no-such-secret/,
  },
  {
    state: "PendingResources",
    cause: "no node has the GPU that is asked for",
    source: "Pod, condition `PodScheduled`",
    name: "no-gpu",
    actor: { spec: MANUAL, container: { resources: { limits: { "nvidia.com/gpu": "1" } } } },
    message: /nvidia\.com\/gpu/,
  },
  {
    state: "RuntimeError",
    cause: "the handler cannot be loaded",
    source: "Pod, `containerStatuses[]` of asya-runtime",
    name: "no-model",
    actor: { spec: MANUAL, handler: "Broken.work" },
    message: /asya-runtime/,
  },
  {
    state: "SidecarError",
    cause: "the sidecar's settings are wrong",
    source: "Pod, `containerStatuses[]` of asya-sidecar",
    name: "no-sidecar",
    actor: { spec: { ...MANUAL, sidecar: { env: [{ name: "ASYA_CUSTOM_METRICS", value: "not JSON" }] } } },
    message: /asya-sidecar/,
  },
  {
    state: "VolumeError",
    cause: "a volume cannot be mounted",
    source: "Events of the Pod",
    name: "no-volume",
    actor: {
      spec: MANUAL,
      container: {
        volumeMounts: [
          { name: "handlers", mountPath: "/handlers" },
          { name: "models", mountPath: "/models" },
        ],
      },
      pod: {
        volumes: [
          { name: "handlers", configMap: { name: "handlers" } },
          { name: "models", hostPath: { path: "/no/such/folder", type: "Directory" } },
        ],
      },
    },
    message: /models|no\/such\/folder/,
  },
  {
    state: "WorkloadError",
    cause: "Kubernetes refuses the pods: their priority class does not exist",
    source: "Deployment, condition `ReplicaFailure`",
    name: "no-priority",
    actor: { spec: MANUAL, pod: { priorityClassName: "no-such-priority" } },
    message: /no-such-priority/,
  },
];
