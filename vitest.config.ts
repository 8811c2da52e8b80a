import { defineConfig } from "vitest/config";
import { CountsReporter } from "./test/counts-reporter.ts";

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "here",
          include: ["**/*.test.ts"],
          exclude: ["**/node_modules/**", "build/**", "test/cluster/**"],
        },
      },
      {
        extends: true,
        test: {
          name: "cluster",
          include: ["test/cluster/*.test.ts"],
          globalSetup: ["test/cluster/setup.ts"],
        },
      },
    ],
    teardownTimeout: 120_000,
    reporters: ["default", new CountsReporter()],
    environment: "node",
    maxWorkers: 2,
    testTimeout: 15_000,
    hookTimeout: 30_000,
  },
});
