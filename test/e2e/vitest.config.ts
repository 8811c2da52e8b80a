import { defineConfig } from "vitest/config";
import { CountsReporter } from "../counts-reporter.ts";
import { DisturbingLast } from "./sequence.ts";

export default defineConfig({
  test: {
    include: (process.env["E2E_FILES"] ?? "test/e2e/{smoke,full}/*.e2e.ts").split(","),
    globalSetup: ["test/e2e/setup.ts", "test/e2e/aws/setup.ts"],
    reporters: ["default", new CountsReporter()],
    // The story comes as it happens.
    disableConsoleIntercept: true,
    // One cluster, and one set of end actors.
    fileParallelism: false,
    sequence: { sequencer: DisturbingLast },
    bail: 0,
    testTimeout: 180_000,
    hookTimeout: 240_000,
    teardownTimeout: 240_000,
  },
});
