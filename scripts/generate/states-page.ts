import { STATES } from "../../test/e2e/full/states.ts";

/** The others. */
const ON_THE_WAY: readonly (readonly [string, string, string])[] = [
  [
    "Creating",
    "an object does not exist yet, the queue is not ready yet, or the first rollout runs",
    "all composed objects",
  ],
  [
    "TransportError",
    "the queue's or access object's controller reports a failure",
    "Queue, condition `Ready`",
  ],
  [
    "ScalingError",
    "KEDA refuses the ScaledObject or cannot read the queue",
    "ScaledObject, condition `Ready`",
  ],
  [
    "Updating",
    "a later rollout runs, or an object of an actor that ran before is made once more",
    "Deployment or StatefulSet, `status`",
  ],
  ["Napping", "nothing runs, on purpose", "Deployment or StatefulSet, `spec.replicas`"],
  ["ScalingUp", "fewer replicas are ready than wanted", "Deployment or StatefulSet, `status`"],
  ["ScalingDown", "more replicas run than wanted", "Deployment or StatefulSet, `status`"],
  ["Degraded", "short of ready replicas for more than 5 minutes", "the same, and `status.shortSince`"],
  ["Running", "all replicas are ready", "Deployment or StatefulSet, `status`"],
];

/** docs/states.md: which cause gives which state, and where it is read. */
export function statesPage(): string {
  const rows = [
    ...ON_THE_WAY.map(([state, cause, source]) => `| ${state} | ${cause} | ${source} |`),
    ...STATES.map(({ state, cause, source }) => `| ${state} | for example: ${cause} | ${source} |`),
  ];
  return `# States

Generated from \`test/e2e/full/states.ts\` by \`npm run generate\`; each "for example" is a test on a real cluster.

\`status.status\` is one word, \`status.message\` says why and what to do. A mistake in the actor itself is no state: it
stands in the condition \`Synced\`, and nothing that runs is changed by it. Look there first.

| State | Why | Read from |
| --- | --- | --- |
${rows.join("\n")}

States of pods need the [observer](../observer/README.md), which has all their causes. With several at once, the first of
TransportError, WorkloadError, ScalingError, the pods' states, Napping, ScalingUp, ScalingDown, Degraded, Running is shown.
`;
}
