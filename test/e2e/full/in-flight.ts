import type { ActorOptions } from "../actors.ts";
import { WITNESSED } from "./witness.ts";

/** What happens to a pod while its handler works. */
export type Event =
  /** `asya.sh/restarted-at`. */
  | "rollout"
  /** Kubernetes' eviction API, as a drained node uses it. */
  | "drain"
  /** The cloud takes the node back: its notice is all that is left of the grace period. */
  | "EC2 spot"
  | "GKE spot"
  /** `asya.sh/scale-max` lets the HPA keep one pod of two. */
  | "scale-down"
  /** Of three messages one ends; the formula calls two in work idle. */
  | "scale to zero"
  /** Nothing but time: longer than the cooldown. */
  | "cooldown";

/** A setting, what happens in the middle of the work, and how the work fares. */
export interface InFlightCase {
  name: string;
  setting: string;
  event: Event;
  /** In work, in all replicas together; one where nothing is said. */
  messages?: number;
  /** How long the handler goes on after its pod was told to stop. */
  goesOnSeconds: number;
  work: "finished" | "done again";
  actor: ActorOptions;
  /** Of asya-runtime, beside its handler. */
  env?: { name: string; value: string }[];
}

const MANUAL = { scaling: {} };
const LONG = { processing: 150, gracefulShutdown: 2 };
const ONE_EACH = {
  enabled: true,
  minReplicas: 1,
  maxReplicas: 2,
  queueLength: 1,
  pollingInterval: 5,
  cooldownPeriod: 10,
};
const STOPS_EARLY = { name: "ASYA_STOP_TIMEOUT", value: "1" };
const EC2_SPOT = {
  tolerations: [{ key: "karpenter.sh/capacity-type", value: "spot", effect: "NoSchedule" }],
};
const GKE_SPOT = { tolerations: [{ key: "cloud.google.com/gke-spot", value: "true", effect: "NoSchedule" }] };

function runsFor(limit: string) {
  return { sidecar: { env: [{ name: "ASYA_RUNTIME_TIMEOUT", value: limit }] } };
}

export const IN_FLIGHT: readonly InFlightCase[] = [
  {
    name: "rolled",
    setting: "gracefulShutdown far below processing, as 0.1 had it",
    event: "rollout",
    goesOnSeconds: 8,
    work: "finished",
    actor: { spec: { ...MANUAL, timeout: LONG } },
  },
  {
    name: "rolled-early",
    setting: "the runtime is told to end 1 s after SIGTERM",
    event: "rollout",
    goesOnSeconds: 15,
    work: "done again",
    actor: { spec: { ...MANUAL, timeout: LONG } },
    env: [STOPS_EARLY],
  },
  {
    name: "rolled-set",
    setting: "a StatefulSet",
    event: "rollout",
    goesOnSeconds: 8,
    work: "finished",
    actor: { spec: { ...MANUAL, timeout: LONG }, workload: { kind: "StatefulSet" } },
  },
  {
    name: "drained-batch",
    setting: "a batch of two",
    event: "drain",
    messages: 2,
    goesOnSeconds: 8,
    work: "finished",
    actor: {
      handler: "work_all",
      spec: { ...MANUAL, timeout: LONG, batching: { maxSize: 2, maxWait: "3s" } },
    },
  },
  {
    name: "drained-long",
    setting: "ASYA_RUNTIME_TIMEOUT of 90 s, where the grace period is 16 s",
    event: "drain",
    goesOnSeconds: 30,
    work: "done again",
    actor: { spec: { ...MANUAL, timeout: { processing: 1 }, ...runsFor("90s") } },
  },
  {
    name: "drained-covered",
    setting: "ASYA_RUNTIME_TIMEOUT of 90 s, and gracefulShutdown covers it",
    event: "drain",
    goesOnSeconds: 20,
    work: "finished",
    actor: { spec: { ...MANUAL, timeout: { processing: 1, gracefulShutdown: 100 }, ...runsFor("90s") } },
  },
  {
    name: "drained-early",
    setting: "a StatefulSet whose runtime is told to end early",
    event: "drain",
    goesOnSeconds: 15,
    work: "done again",
    actor: { spec: { ...MANUAL, timeout: LONG }, workload: { kind: "StatefulSet" } },
    env: [STOPS_EARLY],
  },
  {
    name: "spot-short",
    setting: "a spot node of Amazon's, work of 100 s at most",
    event: "EC2 spot",
    goesOnSeconds: 20,
    work: "finished",
    actor: { spec: { ...MANUAL, timeout: { processing: 100 } }, pod: EC2_SPOT },
  },
  {
    name: "spot-long",
    setting: "a spot node of Google's, work of 150 s at most",
    event: "GKE spot",
    goesOnSeconds: 30,
    work: "done again",
    actor: { spec: { ...MANUAL, timeout: LONG }, pod: GKE_SPOT },
  },
  {
    name: "shrunk",
    setting: "two busy pods, of which the HPA takes one",
    event: "scale-down",
    messages: 2,
    goesOnSeconds: 8,
    work: "finished",
    actor: { spec: { scaling: ONE_EACH, timeout: LONG } },
  },
  {
    name: "shrunk-early",
    setting: "the same, and the runtime is told to end early",
    event: "scale-down",
    messages: 2,
    goesOnSeconds: 15,
    work: "done again",
    actor: { spec: { scaling: ONE_EACH, timeout: LONG } },
    env: [STOPS_EARLY],
  },
  {
    name: "called-idle",
    setting: "a formula that calls two messages in work idle",
    event: "scale to zero",
    messages: 3,
    goesOnSeconds: 8,
    work: "finished",
    actor: {
      spec: {
        scaling: {
          enabled: true,
          maxReplicas: 1,
          pollingInterval: 5,
          cooldownPeriod: 5,
          advanced: { formula: "queueLength", target: "5", activationTarget: "2" },
        },
        concurrency: 3,
        timeout: LONG,
      },
    },
  },
  {
    name: "not-idle",
    setting: "a cooldown shorter than the work: KEDA counts what is in hand",
    event: "cooldown",
    goesOnSeconds: 0,
    work: "finished",
    actor: {
      spec: {
        scaling: { enabled: true, maxReplicas: 1, pollingInterval: 5, cooldownPeriod: 5 },
        timeout: LONG,
      },
    },
  },
];

/** The whole actor: its handler says what it does to the witness. */
export function witnessed({ actor, env = [] }: InFlightCase): ActorOptions {
  const { handler = "work", pod = {}, ...rest } = actor;
  return {
    ...rest,
    container: {
      env: [
        { name: "ASYA_HANDLER", value: `handlers.${handler}` },
        { name: "PYTHONPATH", value: "/handlers" },
        ...env,
      ],
    },
    pod: { ...pod, volumes: [{ name: "handlers", configMap: { name: WITNESSED } }] },
  };
}
