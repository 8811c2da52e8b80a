import { EXAMPLES, MEANINGS } from "../../test/e2e/full/states.ts";

/** Where no word can help: Crossplane did not come to the function's answer, or could not carry it out. */
const SYNCED: readonly (readonly [says: string, what: string, then: string])[] = [
  [
    "`ASYA-E020`, `ASYA-E021` and the path in EnvironmentConfig `asya-platform`",
    "the platform's settings are missing or wrong; the conditions say the same",
    "commit them as they should be",
  ],
  [
    "another `ASYA-E...` and a field's path",
    "the actor's own words are wrong ([findings](findings.md))",
    "correct the field",
  ],
  [
    "`cannot run Function ... connection refused`, or `DeadlineExceeded`",
    "the function is down. Crossplane says so after 2 minutes, or 4",
    "look at its pod; once it is back Crossplane finds it within 2 minutes",
  ],
  [
    "`cannot apply composed resource ... denied the request` or `forbidden`",
    "an admission webhook or policy refuses an object, in the words that follow",
    "do what they say, or ask the policy's owner",
  ],
  [
    '`no resource found for "keda.sh/v1alpha1, Kind=ScaledObject"`, or `ASYA-E028`',
    "KEDA is missing; a new actor says so in `ScalingReady`, too, and nothing of it is made yet",
    "install KEDA, or turn scaling off",
  ],
  [
    "`Unsynced resources: deployment`",
    "the API server calls the newest spec invalid; `status.message` says so, too",
    "`kubectl describe asyncactor NAME` has its words; corrected, it is tried again within 30 s to 10 minutes",
  ],
];

/** docs/states.md: which cause gives which state, and where it is read. */
export function statesPage(): string {
  const rows = Object.entries(EXAMPLES).map(([state, examples]) => {
    const { why, source } = MEANINGS[state as keyof typeof EXAMPLES];
    return `| ${state} | ${why} | ${examples.map(({ cause }) => cause).join("; ")} | ${source} |`;
  });
  const synced = SYNCED.map((cells) => `| ${cells.join(" | ")} |`);
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

## What \`Synced\` says

In all of these what runs keeps running and handles its messages, KEDA goes on scaling, and the actor heals by itself
once the cause is gone: each is a test (\`test/e2e/full/healing-*.e2e.ts\`, \`test/e2e/disturbing\`).

| Synced is False and says | Why | What to do |
| --- | --- | --- |
${synced.join("\n")}
`;
}
