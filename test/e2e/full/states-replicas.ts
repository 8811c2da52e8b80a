import type { State } from "../../../functions/asyncactor/compose/state.ts";
import type { Examples } from "./state-example.ts";

type ReplicaState = Extract<
  State,
  "Creating" | "Napping" | "ScalingUp" | "ScalingDown" | "Updating" | "Degraded" | "Running"
>;

const MANUAL = { scaling: {} };
/** A pod that nothing schedules and nothing calls wrong: its gate belongs to another controller. */
const GATED = { schedulingGates: [{ name: "example.org/quota" }] };

/** States of an actor whose parts all work. */
export const REPLICA_EXAMPLES: Examples<ReplicaState> = {
  Creating: [
    {
      cause: "the first pod is not scheduled yet",
      name: "gated",
      actor: { spec: MANUAL, pod: GATED },
      message: /^0 of 1 replicas are ready$/,
    },
  ],
  Napping: [
    {
      cause: "it has no messages",
      name: "idle",
      actor: {},
      message: /^at zero; it has never started yet, a message wakes it$/,
    },
    {
      cause: "`workload.replicas` is 0",
      name: "off",
      actor: { spec: MANUAL, workload: { replicas: 0 } },
      message: /^workload.replicas is 0$/,
    },
  ],
  ScalingUp: [
    {
      cause: "a message came to an actor at zero, and its pod starts",
      name: "wakened",
      actor: { container: { lifecycle: { postStart: { sleep: { seconds: 10 } } } } },
      once: { state: "Napping", event: (world, name) => world.mail.send([name], 1) },
      message: /^0 of 1 replicas are ready$/,
    },
  ],
  ScalingDown: [
    {
      cause: "a StatefulSet stops its pods one after another",
      name: "shrinking",
      actor: {
        spec: MANUAL,
        workload: { kind: "StatefulSet", replicas: 2 },
        container: { lifecycle: { preStop: { sleep: { seconds: 8 } } } },
      },
      once: {
        state: "Running",
        event: (world, name) => world.edit(name, { workload: { replicas: 0 } }),
      },
      message: /^[12] replicas on the way to 0$/,
    },
  ],
  Updating: [
    {
      cause: "the first pod of a new template is not scheduled yet",
      name: "edited",
      actor: { spec: MANUAL },
      once: {
        state: "Running",
        event: (world, name) => world.edit(name, { workload: { template: { spec: GATED } } }),
      },
      message: /^[01] of 1 replicas have the newest template, 1 are ready$/,
    },
  ],
  Running: [
    {
      cause: "scaling is off and `workload.replicas` is 1",
      name: "steady",
      actor: { spec: MANUAL },
      message: /^1 of 1 replicas are ready$/,
    },
  ],
  Degraded: [
    {
      cause: "the controller of a scheduling gate does not come",
      name: "stuck",
      actor: { spec: MANUAL, pod: GATED },
      message: /only 0 of 1 replicas are ready since .*: kubectl describe pods -l asya\.sh\/actor=stuck$/,
      // 5 minutes of patience and the time of a call.
      withinMs: 400_000,
    },
  ],
};
