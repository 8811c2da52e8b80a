import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that disturb the whole cluster come after all others: whatever they leave behind meets nobody. */
export class DisturbingLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter((file) => !disturbs(file)), ...sorted.filter(disturbs)];
  }
}

function disturbs({ moduleId }: TestSpecification): boolean {
  return moduleId.includes("/test/e2e/disturbing/");
}
