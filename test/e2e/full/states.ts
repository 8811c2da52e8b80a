import type { State } from "../../../functions/asyncactor/compose/state.ts";
import type { Examples } from "./state-example.ts";
import { POD_EXAMPLES } from "./states-pods.ts";
import { PART_EXAMPLES } from "./states-parts.ts";
import { REPLICA_EXAMPLES } from "./states-replicas.ts";

/** What a state means and which object tells it. */
export interface Meaning {
  why: string;
  source: string;
}

const REPLICAS = "Deployment or StatefulSet, `status`";

/** Every word that the function says, for docs/states.md. */
export const MEANINGS: Readonly<Record<State, Meaning>> = {
  Creating: {
    why: "an object does not exist yet, the queue is not ready yet, or the first rollout runs",
    source: "all composed objects",
  },
  TransportError: {
    why: "the queue's or access object's controller reports a failure",
    source: "Queue, condition `Ready`",
  },
  WorkloadError: {
    why: "Kubernetes refuses the pods, or a rollout does not end",
    source: "Deployment, conditions `ReplicaFailure` and `Progressing`",
  },
  ScalingError: {
    why: "KEDA refuses the ScaledObject or cannot read the queue",
    source: "ScaledObject, condition `Ready`",
  },
  ImagePullError: {
    why: "an image cannot be had",
    source: "Pod, `containerStatuses[].state.waiting`",
  },
  ConfigError: {
    why: "a Secret or ConfigMap that the pod names is missing",
    source: "Pod, `containerStatuses[].state.waiting`, and its events",
  },
  VolumeError: { why: "a volume cannot be had or mounted", source: "Events of the Pod" },
  RuntimeError: {
    why: "the handler's container does not start, ends, or is not ready",
    source: "Pod, `containerStatuses[]` of asya-runtime",
  },
  SidecarError: {
    why: "the sidecar does not start, ends, or has no connection to the queue",
    source: "Pod, `containerStatuses[]` of asya-sidecar",
  },
  PendingResources: { why: "no node takes the pod", source: "Pod, condition `PodScheduled`" },
  Napping: { why: "nothing runs, on purpose", source: "Deployment or StatefulSet, `spec.replicas`" },
  Updating: {
    why: "a later rollout runs, or an object of an actor that ran before is made once more",
    source: REPLICAS,
  },
  ScalingUp: { why: "fewer replicas are ready than wanted", source: REPLICAS },
  ScalingDown: { why: "more replicas run than wanted", source: REPLICAS },
  Running: { why: "all replicas are ready", source: REPLICAS },
  Degraded: {
    why: "short of ready replicas for more than 5 minutes, and no pod says why",
    source: "the same, and `status.shortSince`",
  },
};

/** At least one for each; more causes of the pods' states are in observer/pod-cases. */
export const EXAMPLES: Examples<State> = { ...PART_EXAMPLES, ...POD_EXAMPLES, ...REPLICA_EXAMPLES };
