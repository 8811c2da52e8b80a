import { STATES } from "../../test/e2e/full/states.ts";

/** States that the smoke tests of test/e2e see on their way. */
const ON_THE_WAY: readonly (readonly [string, string, string])[] = [
  ["Creating", "objects are being made, or the first pods start", "all composed objects"],
  [
    "Napping",
    "no replica is wanted: scaled to zero, or `workload.replicas: 0`",
    "Deployment or StatefulSet, `spec.replicas`",
  ],
  ["ScalingUp", "fewer replicas are ready than wanted", "Deployment or StatefulSet, `status`"],
  ["Running", "as many replicas are ready as wanted", "Deployment or StatefulSet, `status`"],
  ["ScalingDown", "more replicas run than are wanted", "Deployment or StatefulSet, `status`"],
  ["Updating", "a new template rolls out", "Deployment or StatefulSet, `status`"],
  ["Degraded", "short of ready replicas for more than 5 minutes", "the same, and `status.shortSince`"],
  ["TransportError", "the queue's operator or provider refuses it", "Queue, condition `Ready`"],
  ["ScalingError", "KEDA refuses or cannot read", "ScaledObject, condition `Ready`"],
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
