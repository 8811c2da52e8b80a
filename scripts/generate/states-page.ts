import { EXAMPLES, MEANINGS } from "../../test/e2e/full/states.ts";

/** docs/states.md: which cause gives which state, and where it is read. */
export function statesPage(): string {
  const rows = Object.entries(EXAMPLES).map(([state, examples]) => {
    const { why, source } = MEANINGS[state as keyof typeof EXAMPLES];
    return `| ${state} | ${why} | ${examples.map(({ cause }) => cause).join("; ")} | ${source} |`;
  });
  return `# States

Generated from \`test/e2e/full/states*.ts\` by \`npm run generate\`; each example is a test on a real cluster.

\`status.status\` is one word, \`status.message\` says why and what to do. A mistake in the actor itself is no state: it
stands in the condition \`Synced\`, and nothing that runs is changed by it. Look there first.

| State | Why | For example | Read from |
| --- | --- | --- | --- |
${rows.join("\n")}

States of pods need the [observer](../observer/README.md), which has all their causes. With several at once, the first of
TransportError, WorkloadError, ScalingError, the pods' states, Napping, ScalingUp, ScalingDown, Degraded, Running is shown.
An actor that is being deleted keeps its last word: Crossplane does not call the function any more.
`;
}
