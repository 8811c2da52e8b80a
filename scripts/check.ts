import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

interface Step {
  title: string;
  command: readonly [string, ...string[]];
  /** What repairs it, where a command can. */
  repair?: string;
}

const STEPS: readonly Step[] = [
  {
    title: "generated files",
    command: ["node", "scripts/generate.ts", "--check"],
    repair: "npm run generate",
  },
  {
    title: "format",
    command: ["prettier", "--check", "--log-level=warn", "."],
    repair: "npx prettier --write .",
  },
  { title: "types", command: ["tsc", "--noEmit"] },
  { title: "lint", command: ["oxlint", "--deny-warnings"] },
  { title: "dead code", command: ["knip"] },
];

process.chdir(resolve(import.meta.dirname, ".."));
const broken = STEPS.filter((step) => !passes(step));
if (broken.length > 0) {
  const repairs = broken.flatMap((step) => step.repair ?? []);
  console.error(`check: failed: ${broken.map((step) => step.title).join(", ")}`);
  if (repairs.length > 0) console.error(`check: to repair: ${repairs.join(" && ")}`);
  process.exitCode = 1;
}

function passes({ title, command: [program, ...args] }: Step): boolean {
  const startedAt = performance.now();
  const result = spawnSync(program, args, { stdio: "inherit" });
  if (result.error !== undefined) console.error(`check: cannot start ${program}: ${result.error.message}`);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`check: ${title}: ${result.status === 0 ? "ok" : "FAILED"} (${seconds} s)`);
  return result.status === 0;
}
