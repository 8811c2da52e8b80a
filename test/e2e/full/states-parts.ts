import type { Examples } from "./state-example.ts";

const MANUAL = { scaling: {} };

/** States that the composed objects' controllers tell. */
export const PART_EXAMPLES: Examples<"TransportError" | "WorkloadError" | "ScalingError"> = {
  TransportError: [
    {
      cause: "a queue of this name has other settings",
      name: "other-queue",
      actor: { spec: MANUAL },
      before: (world, name) =>
        world.broker.declareQueue(`asya-${name}`, {
          durable: true,
          arguments: { "x-queue-type": "classic", "x-max-length": 3 },
        }),
      message: /inequivalent arg .* - a queue of this name exists with other settings/,
    },
  ],
  WorkloadError: [
    {
      cause: "Kubernetes refuses the pods: their priority class does not exist",
      name: "no-priority",
      actor: { spec: MANUAL, pod: { priorityClassName: "no-such-priority" } },
      message: /no PriorityClass with name no-such-priority .*- make the priority class/,
    },
  ],
  ScalingError: [
    {
      cause: "its queue was deleted in the broker",
      name: "no-queue",
      actor: {},
      once: {
        state: "Napping",
        event: (world, name) => world.broker.deleteQueue(`asya-${name}`),
      },
      message: /kubectl describe scaledobject no-queue says why: KEDA cannot read the queue's depth/,
    },
  ],
};
