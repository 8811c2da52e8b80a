/**
 * npm run test:e2e [-- smoke|full|aws|argocd|disturbing|FILE ...]: Asya on the cluster that KUBECONFIG names (default ../shared/cluster).
 *
 * Environment: E2E_KEEP=1 leaves everything in place at the end; E2E_REPLACE=1 allows to replace an installation that is
 * not of an earlier run; E2E_BESIDE=1 lets an installation be and adds a Function and a Composition of its own;
 * E2E_PACKAGE=1 builds the function's package and pushes it to the registry of ../shared/cluster (PACKAGES=1 up);
 * E2E_AWS_ENDPOINT is where SQS and IAM answer (default moto of ../shared/cluster); what a cluster other than
 * ../shared/cluster needs besides is said by test/e2e/place.ts.
 */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { rightsFit } from "./audit.ts";
import { answers, awsPlaceFrom } from "./aws/place.ts";
import { isShared } from "./place.ts";

const ROOT = resolve(import.meta.dirname, "../..");
/** Its files kill the API server, cordon the nodes and take KEDA's kinds away: no other cluster is asked for that. */
const DISTURBING = "test/e2e/disturbing/";
const SETS: Record<string, string[]> = {
  smoke: ["test/e2e/smoke/"],
  full: ["test/e2e/smoke/", "test/e2e/full/", "test/e2e/aws/", DISTURBING],
  aws: ["test/e2e/aws/"],
  argocd: ["test/e2e/argocd/"],
  disturbing: [DISTURBING],
};

const [set = "full", ...rest] = process.argv.slice(2);
let patterns = SETS[set] ?? [set, ...rest];
const aws = awsPlaceFrom(process.env);
if (set === "full" && !(await answers(aws))) {
  process.stdout.write(
    `SQS is left out: nothing answers at ${aws.endpoint} - ../shared/cluster/up --with node,rabbitmq,keda,crossplane,aws, or E2E_AWS_ENDPOINT\n`,
  );
  patterns = patterns.filter((pattern) => pattern !== "test/e2e/aws/");
}
if (set === "full" && (!isShared(process.env) || process.env["E2E_BESIDE"])) {
  process.stdout.write(
    "what disturbs the whole cluster is left out: it runs only on ../shared/cluster, where nobody else works (without E2E_BESIDE)\n",
  );
  patterns = patterns.filter((pattern) => pattern !== DISTURBING);
}
const startedAt = new Date();
const vitest = resolve(ROOT, "node_modules/vitest/vitest.mjs");
const include = patterns.map((pattern) => (pattern.endsWith("/") ? `${pattern}*.e2e.ts` : pattern));
const { status } = spawnSync(
  process.execPath,
  [vitest, "run", "--config", "test/e2e/vitest.config.ts", "--root", ROOT],
  {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, E2E_FILES: include.join(",") },
  },
);
// Only what uses everything can say what is not used.
const fits = set !== "full" || rightsFit(startedAt);
process.exitCode = fits ? (status ?? 1) : 1;
