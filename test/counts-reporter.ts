import type { Reporter, SerializedError, TestModule } from "vitest/node";

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** A file that does not load and an error outside any test count as failures: `0 failed` means that all is well. */
function countTests(modules: readonly TestModule[], errors: readonly SerializedError[]): Counts {
  const counts = { passed: 0, failed: errors.length, skipped: 0 };
  for (const module of modules) {
    let failedInFile = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === "passed") counts.passed++;
      else if (state === "failed") failedInFile++;
      else counts.skipped++;
    }
    counts.failed += failedInFile === 0 && module.state() === "failed" ? 1 : failedInFile;
  }
  return counts;
}

/** Prints `N passed, N failed, N skipped` as the process's very last line. */
export class CountsReporter implements Reporter {
  #counts: Counts = { passed: 0, failed: 0, skipped: 0 };

  onInit(): void {
    process.once("exit", (code) => {
      const { passed, failed, skipped } = this.#counts;
      // A run that ends badly outside any test (a broken configuration, no test files) is one failure.
      const failures = code === 0 ? failed : Math.max(failed, 1);
      process.stdout.write(`${passed} passed, ${failures} failed, ${skipped} skipped\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    this.#counts = countTests(modules, errors);
  }
}
