import type { PodState } from "../../../core/pod-state.ts";
import type { Examples } from "./state-example.ts";

// n.b. A pod that never starts would not exist at zero.
const MANUAL = { scaling: {} };

/** States that pods tell, by way of the observer. */
export const POD_EXAMPLES: Examples<PodState> = {
  ImagePullError: [
    {
      cause: "the image does not exist",
      name: "no-image",
      actor: { spec: MANUAL, container: { image: "localhost/there-is-no-such-image:1" } },
      message: /there-is-no-such-image.* - check its name and tag/,
    },
  ],
  ConfigError: [
    {
      cause: "a Secret that the handler's environment names is missing",
      name: "no-secret",
      actor: { spec: MANUAL, container: { envFrom: [{ secretRef: { name: "no-such-secret" } }] } },
      message: /no-such-secret.* - create it in the actor's namespace/,
    },
  ],
  VolumeError: [
    {
      cause: "a volume cannot be mounted",
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
      message: /(models|no\/such\/folder).* - look at the volume/,
    },
  ],
  RuntimeError: [
    {
      cause: "the handler cannot be loaded",
      name: "no-model",
      actor: { spec: MANUAL, handler: "Broken.work" },
      message: /asya-runtime crashed.* - look at its log: kubectl logs no-model-/,
    },
    {
      cause: "the handler needs more memory than it may have",
      name: "greedy",
      actor: {
        spec: MANUAL,
        handler: "Greedy.work",
        container: { resources: { limits: { cpu: "500m", memory: "64Mi" } } },
      },
      message: /asya-runtime needed more memory.*OOMKilled, limit 64Mi - raise resources.limits.memory/,
    },
  ],
  SidecarError: [
    {
      cause: "the sidecar's settings are wrong",
      name: "no-sidecar",
      actor: {
        spec: { ...MANUAL, sidecar: { env: [{ name: "ASYA_CUSTOM_METRICS", value: "not JSON" }] } },
      },
      message: /asya-sidecar crashed.* - look at its log: kubectl logs no-sidecar-/,
    },
    {
      cause: "the sidecar looks for the broker where there is none",
      name: "no-broker",
      actor: {
        spec: {
          ...MANUAL,
          sidecar: { env: [{ name: "ASYA_RABBITMQ_HOST", value: "no-broker.rabbitmq.svc" }] },
        },
      },
      message: /asya-sidecar runs but is not ready: it has no connection to the queue - look at its log/,
    },
    {
      cause: "the broker refuses the sidecar's password",
      name: "no-entry",
      actor: {
        spec: { ...MANUAL, sidecar: { env: [{ name: "ASYA_RABBITMQ_PASSWORD", value: "an old one" }] } },
      },
      message: /asya-sidecar .* - look at its log/,
    },
  ],
  PendingResources: [
    {
      cause: "no node has the GPU that is asked for",
      name: "no-gpu",
      actor: { spec: MANUAL, container: { resources: { limits: { "nvidia.com/gpu": "1" } } } },
      message: /nvidia\.com\/gpu.* - ask for less/,
    },
  ],
};
