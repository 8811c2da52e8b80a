/** Pods that fit Kubernetes' schema: `refused` is where its validation says no all the same, undefined where it agrees. */
export interface PodCase {
  title: string;
  pod?: Record<string, unknown>;
  /** Over the container asya-runtime. */
  container?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  refused: string | undefined;
}

const SECRET_KEY = { name: "s", key: "k" };
const EXEC = { exec: { command: ["true"] } };
const EMPTY_VOLUME = { volumes: [{ name: "v", emptyDir: {} }] };

const variable = (fields: object) => ({ env: [{ name: "A", ...fields }] });
const limits = (resources: object) => ({ resources: { limits: resources } });
const ports = (...fields: object[]) => ({ ports: fields });
const mount = (fields: object) => ({ volumeMounts: [{ name: "v", mountPath: "/v", ...fields }] });
const init = (fields: object) => ({ initContainers: [{ name: "fetch", image: "i:1", ...fields }] });
const toleration = (fields: object) => ({ tolerations: [fields] });

const RUNTIME = "spec.containers[0]";

export const POD_CASES: readonly PodCase[] = [
  { title: "as every actor has it", refused: undefined },
  { title: "a deadline", pod: { activeDeadlineSeconds: 60 }, refused: "spec.activeDeadlineSeconds" },
  {
    title: "an ephemeral container",
    pod: { ephemeralContainers: [{ name: "debug", image: "i:1" }] },
    refused: "spec.ephemeralContainers",
  },
  { title: "no restart", pod: { restartPolicy: "Never" }, refused: "spec.restartPolicy" },

  {
    title: "a variable with a value and a source",
    container: variable({ value: "x", valueFrom: { secretKeyRef: SECRET_KEY } }),
    refused: `${RUNTIME}.env[0].valueFrom`,
  },
  {
    title: "a variable with an empty value and a source",
    container: variable({ value: "", valueFrom: { secretKeyRef: SECRET_KEY } }),
    refused: undefined,
  },
  {
    title: "a variable with two sources",
    container: variable({ valueFrom: { secretKeyRef: SECRET_KEY, configMapKeyRef: SECRET_KEY } }),
    refused: `${RUNTIME}.env[0].valueFrom`,
  },
  {
    title: "a variable with an empty source",
    container: variable({ valueFrom: {} }),
    refused: `${RUNTIME}.env[0].valueFrom`,
  },
  {
    title: "a variable with = in its name",
    container: { env: [{ name: "A=B", value: "x" }] },
    refused: `${RUNTIME}.env[0].name`,
  },
  {
    title: "a variable with dots and dashes in its name",
    container: { env: [{ name: "spring.my-name", value: "x" }] },
    refused: undefined,
  },

  {
    title: "a volume with two sources",
    pod: { volumes: [{ name: "v", emptyDir: {}, configMap: { name: "c" } }] },
    refused: "spec.volumes[0]",
  },
  { title: "a volume without a source", pod: { volumes: [{ name: "v" }] }, refused: undefined },
  {
    title: "a volume of a Secret without its name",
    pod: { volumes: [{ name: "v", secret: {} }] },
    refused: "spec.volumes[0].secret.secretName",
  },
  {
    title: "a volume of a ConfigMap without its name",
    pod: { volumes: [{ name: "v", configMap: {} }] },
    refused: "spec.volumes[0].configMap.name",
  },
  {
    title: "a volume with capitals in its name",
    pod: { volumes: [{ name: "Models", emptyDir: {} }] },
    refused: "spec.volumes[0].name",
  },
  {
    title: "a mount nowhere",
    pod: EMPTY_VOLUME,
    container: mount({ mountPath: "" }),
    refused: `${RUNTIME}.volumeMounts[0].mountPath`,
  },
  {
    title: "an absolute subPath",
    pod: EMPTY_VOLUME,
    container: mount({ subPath: "/x" }),
    refused: `${RUNTIME}.volumeMounts[0].subPath`,
  },
  {
    title: "a subPath that leaves the volume",
    pod: EMPTY_VOLUME,
    container: mount({ subPath: "a/../../x" }),
    refused: `${RUNTIME}.volumeMounts[0].subPath`,
  },
  {
    title: "a subPath of two dots more",
    pod: EMPTY_VOLUME,
    container: mount({ subPath: "a/..b" }),
    refused: undefined,
  },

  {
    title: "a container with _ in its name",
    pod: init({ name: "my_fetch" }),
    refused: "spec.initContainers[0].name",
  },
  {
    title: "an init container of another container's name",
    pod: init({ name: "asya-runtime" }),
    refused: `${RUNTIME}.name`,
  },
  {
    title: "an init container with a readiness probe",
    pod: init({ readinessProbe: EXEC }),
    refused: "spec.initContainers[0].readinessProbe",
  },
  {
    title: "an init container that stays, with a readiness probe",
    pod: init({ restartPolicy: "Always", readinessProbe: EXEC }),
    refused: undefined,
  },

  {
    title: "a port's name of 16 characters",
    container: ports({ containerPort: 80, name: "a-name-of-16-lon" }),
    refused: `${RUNTIME}.ports[0].name`,
  },
  {
    title: "a port's name without a letter",
    container: ports({ containerPort: 80, name: "8080" }),
    refused: `${RUNTIME}.ports[0].name`,
  },
  {
    title: "two ports of one name",
    container: ports({ containerPort: 80, name: "a" }, { containerPort: 81, name: "a" }),
    refused: `${RUNTIME}.ports[1].name`,
  },
  {
    title: "two ports without a name, and no port of the host",
    container: ports({ containerPort: 80, name: "", hostPort: 0 }, { containerPort: 81, name: "" }),
    refused: undefined,
  },
  {
    title: "a port that does not exist",
    container: ports({ containerPort: 70000 }),
    refused: `${RUNTIME}.ports[0].containerPort`,
  },

  {
    title: "a probe without a handler",
    container: { livenessProbe: { periodSeconds: 5 } },
    refused: `${RUNTIME}.livenessProbe`,
  },
  {
    title: "a probe with two handlers",
    container: { livenessProbe: { ...EXEC, tcpSocket: { port: 1 } } },
    refused: `${RUNTIME}.livenessProbe`,
  },
  {
    title: "a liveness probe that must succeed twice",
    container: { livenessProbe: { ...EXEC, successThreshold: 2 } },
    refused: `${RUNTIME}.livenessProbe.successThreshold`,
  },
  {
    title: "a readiness probe that must succeed twice, a liveness probe with 0",
    container: {
      readinessProbe: { ...EXEC, successThreshold: 2 },
      livenessProbe: { ...EXEC, successThreshold: 0 },
    },
    refused: undefined,
  },
  {
    title: "a hook without a handler",
    container: { lifecycle: { preStop: {} } },
    refused: `${RUNTIME}.lifecycle.preStop`,
  },
  {
    title: "a hook that sleeps",
    container: { lifecycle: { preStop: { sleep: { seconds: 1 } } } },
    refused: undefined,
  },

  {
    title: "a GPU",
    container: limits({ "nvidia.com/gpu": 1, memory: "1Gi" }),
    refused: undefined,
  },
  {
    title: "half a GPU",
    container: limits({ "nvidia.com/gpu": "500m" }),
    refused: `${RUNTIME}.resources.limits["nvidia.com/gpu"]`,
  },
  {
    title: "a GPU without its vendor",
    container: limits({ gpu: 1 }),
    refused: `${RUNTIME}.resources.limits.gpu`,
  },
  {
    title: "a GPU that is requested only",
    container: { resources: { requests: { "nvidia.com/gpu": 1 } } },
    refused: `${RUNTIME}.resources.limits["nvidia.com/gpu"]`,
  },
  {
    title: "fewer GPUs requested than the limit",
    container: { resources: { requests: { "nvidia.com/gpu": 1 }, limits: { "nvidia.com/gpu": 2 } } },
    refused: `${RUNTIME}.resources.requests["nvidia.com/gpu"]`,
  },
  {
    title: "less than no memory",
    container: limits({ memory: "-1Gi" }),
    refused: `${RUNTIME}.resources.limits.memory`,
  },

  {
    title: "a toleration of everything",
    pod: toleration({ operator: "Exists" }),
    refused: undefined,
  },
  {
    title: "a toleration without a key",
    pod: toleration({ operator: "Equal", value: "x" }),
    refused: "spec.tolerations[0].operator",
  },
  {
    title: "a toleration of every value with a value",
    pod: toleration({ key: "a", operator: "Exists", value: "x" }),
    refused: "spec.tolerations[0].value",
  },
  {
    title: "a toleration for some time of what keeps pods out",
    pod: toleration({ key: "a", operator: "Exists", effect: "NoSchedule", tolerationSeconds: 5 }),
    refused: "spec.tolerations[0].tolerationSeconds",
  },

  {
    title: "a node selector with a space in its value",
    pod: { nodeSelector: { zone: "eu west" } },
    refused: "spec.nodeSelector.zone",
  },
  {
    title: "a node selector with a space in its key",
    pod: { nodeSelector: { "a b": "c" } },
    refused: 'spec.nodeSelector["a b"]',
  },
  {
    title: "a service account with capitals",
    pod: { serviceAccountName: "Runner" },
    refused: "spec.serviceAccountName",
  },
  {
    title: "a priority class with dots",
    pod: { priorityClassName: "gpu.high" },
    refused: undefined,
  },
  {
    title: "a label with a space",
    metadata: { labels: { team: "a b" } },
    refused: "metadata.labels.team",
  },
  {
    title: "an empty label, one with a domain, an annotation with capitals and any text",
    metadata: { labels: { empty: "", "example.com/Team_1": "A.b" }, annotations: { "Example.com/x": "a b" } },
    refused: undefined,
  },
  {
    title: "an annotation with a space in its key",
    metadata: { annotations: { "a b": "c" } },
    refused: 'metadata.annotations["a b"]',
  },
];
