import { defineConfig } from "vitest/config";
import { CountsReporter } from "./test/counts-reporter.ts";

export default defineConfig({
  test: {
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**", "build/**"],
    reporters: ["default", new CountsReporter()],
    environment: "node",
    maxWorkers: 2,
    testTimeout: 15_000,
    hookTimeout: 30_000,
  },
});
