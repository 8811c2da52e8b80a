import { type FieldPath, type Finding, finding, quoteValue } from "../../../core/finding.ts";
import { INSTALL_CONTAINER, RUNTIME_CONTAINER } from "../../../core/names.ts";
import { nearest } from "../../../core/suggest.ts";
import type { EffectiveActor } from "./actor.ts";
import type { Container, PodSpec } from "./effective.ts";
import type { Platform } from "./platform.ts";
import { INSTALL_DIR, RUNTIME_PATH, SOCKET_DIR, TMP_DIR, VOLUMES } from "./pod-layout.ts";
import { normalPath, runtimeEnv } from "./runtime-container.ts";

const POD: FieldPath = ["spec", "workload", "template", "spec"];

/** Variables that the runtime reads (SPEC sections 4 and 8). */
const RUNTIME_VARIABLES = [
  "ASYA_HANDLER",
  "ASYA_HANDLER_MODE",
  "ASYA_SOCKET_DIR",
  "ASYA_SOCKET_NAME",
  "ASYA_SOCKET_CHMOD",
  "ASYA_CHUNK_SIZE",
  "ASYA_ENABLE_VALIDATION",
  "ASYA_LOG_LEVEL",
  "ASYA_CONCURRENCY",
  "ASYA_BATCH_MAX_SIZE",
  "ASYA_BATCH_MAX_WAIT",
  "ASYA_MAX_FRAME_BYTES",
  "ASYA_STOP_TIMEOUT",
];

/** The crew's own settings: the end actors' handlers read them. */
const CREW_VARIABLES = /^ASYA_(S3_.*|RESULTS_DIR)$/;

/** Identity and permissions: a sidecar that could be told otherwise would read another actor's queue. */
const SIDECAR_IDENTITY = [
  "ASYA_ACTOR_NAME",
  "ASYA_NAMESPACE",
  "ASYA_TRANSPORT",
  "ASYA_SEND_TO",
  "ASYA_IS_END_ACTOR",
];

/** Where something in the user's pod template or sidecar collides with what is injected. */
export function collisionFindings(actor: EffectiveActor, platform: Platform): Finding[] {
  const pod = actor.spec.workload.template.spec;
  return [
    ...volumeFindings(pod),
    ...installNameFindings(pod),
    ...pod.containers.flatMap((container, index) =>
      portFindings(container, [...POD, "containers", index], platform.sidecar.metricsPort),
    ),
    ...runtimeFindings(actor, pod),
    ...sidecarEnvFindings(actor),
  ];
}

function volumeFindings(pod: PodSpec): Finding[] {
  const runtime = pod.containers.find(({ name }) => name === RUNTIME_CONTAINER);
  const tmpVolume = runtime?.volumeMounts?.find(({ mountPath }) => normalPath(mountPath) === TMP_DIR)?.name;
  return (pod.volumes ?? []).flatMap(({ name }, index) => {
    const reserved =
      Object.values<string>(VOLUMES).includes(name) && !(name === VOLUMES.tmp && tmpVolume === name);
    if (!reserved) return [];
    const path = [...POD, "volumes", index, "name"];
    return [
      finding(
        "E032",
        path,
        `the volume name ${quoteValue(name)} is reserved for what is injected`,
        "choose another name",
      ),
    ];
  });
}

function installNameFindings(pod: PodSpec): Finding[] {
  return (["containers", "initContainers"] as const).flatMap((list) =>
    (pod[list] ?? []).flatMap(({ name }, index) =>
      name === INSTALL_CONTAINER
        ? [
            finding(
              "E032",
              [...POD, list, index, "name"],
              `the container name ${quoteValue(name)} is reserved`,
              "choose another name",
            ),
          ]
        : [],
    ),
  );
}

function portFindings(container: Container, path: FieldPath, metricsPort: number): Finding[] {
  return (container.ports ?? []).flatMap(({ containerPort }, index) =>
    containerPort === metricsPort
      ? [
          finding(
            "W004",
            [...path, "ports", index, "containerPort"],
            `port ${metricsPort} is the sidecar's metrics port, and containers of a pod share one network`,
            "listen on another port, or set sidecar.metricsPort in the platform",
          ),
        ]
      : [],
  );
}

function runtimeFindings(actor: EffectiveActor, pod: PodSpec): Finding[] {
  const index = pod.containers.findIndex(({ name }) => name === RUNTIME_CONTAINER);
  const container = pod.containers[index];
  if (container === undefined) return [];
  const path = [...POD, "containers", index];
  return [...mountFindings(container, path), ...runtimeEnvFindings(actor, container, path)];
}

function mountFindings(container: Container, path: FieldPath): Finding[] {
  return (container.volumeMounts ?? []).flatMap(({ mountPath }, index) => {
    const at = [...path, "volumeMounts", index, "mountPath"];
    const mount = normalPath(mountPath);
    if (mount === RUNTIME_PATH || mount === SOCKET_DIR || mount.startsWith(`${SOCKET_DIR}/`)) {
      return [
        finding(
          "E033",
          at,
          `${quoteValue(mountPath)} is where sidecar and runtime meet`,
          "mount it elsewhere",
        ),
      ];
    }
    if (mount === INSTALL_DIR || SOCKET_DIR.startsWith(`${mount}/`)) {
      return [
        finding(
          "W008",
          at,
          `a volume at ${quoteValue(mountPath)} lies under an injected mount`,
          "mount it elsewhere",
        ),
      ];
    }
    return [];
  });
}

function runtimeEnvFindings(actor: EffectiveActor, container: Container, path: FieldPath): Finding[] {
  const env = container.env ?? [];
  const replaced = new Set(runtimeEnv(actor).map(({ name }) => name));
  const found = env.flatMap(({ name }, index) => {
    const at = [...path, "env", index, "name"];
    if (replaced.has(name))
      return [finding("W005", at, `${name} is set for you; this value has no effect`, "remove it")];
    if (!name.startsWith("ASYA_") || CREW_VARIABLES.test(name) || RUNTIME_VARIABLES.includes(name)) return [];
    const near = nearest(name, RUNTIME_VARIABLES);
    return [
      finding(
        "W005",
        at,
        `the runtime does not know ${name}`,
        near === undefined ? "remove it, or name it without ASYA_" : `did you mean "${near}"?`,
      ),
    ];
  });
  if (!env.some(({ name }) => name === "ASYA_HANDLER") && (container.envFrom ?? []).length === 0) {
    found.push(
      finding(
        "W007",
        [...path, "env"],
        "ASYA_HANDLER is not set here; unless the image sets it, the runtime ends at its start",
        "set it to module.function or module.Class.method",
      ),
    );
  }
  return found;
}

function sidecarEnvFindings(actor: EffectiveActor): Finding[] {
  return actor.spec.sidecar.env.flatMap(({ name }, index) =>
    SIDECAR_IDENTITY.includes(name)
      ? [
          finding(
            "E034",
            ["spec", "sidecar", "env", index, "name"],
            `${name} is set from the actor alone`,
            "remove it",
          ),
        ]
      : [],
  );
}
