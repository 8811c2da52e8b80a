/**
 * npm run test:e2e [-- smoke|full|aws|FILE ...]: Asya on the cluster that KUBECONFIG names (default ../shared/cluster).
 *
 * Environment: E2E_KEEP=1 leaves everything in place at the end; E2E_REPLACE=1 allows to replace an installation that is
 * not of an earlier run; E2E_BESIDE=1 lets an installation be and adds a Function and a Composition of its own;
 * E2E_AWS_ENDPOINT is where SQS and IAM answer (default moto of ../shared/cluster); what a cluster other than
 * ../shared/cluster needs besides is said by test/e2e/place.ts.
 */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { answers, awsPlaceFrom } from "./aws/place.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const SETS: Record<string, string[]> = {
  smoke: ["test/e2e/smoke/"],
  full: ["test/e2e/smoke/", "test/e2e/full/", "test/e2e/aws/"],
  aws: ["test/e2e/aws/"],
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
process.exitCode = status ?? 1;
