import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files in the order of the set, whatever an earlier run took or failed: what disturbs the cluster comes last. */
export class InOrder extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const folders = (process.env["E2E_FILES"] ?? "").split(",").map((pattern) => pattern.split("*")[0] ?? "");
    const place = ({ moduleId }: TestSpecification) =>
      folders.findIndex((folder) => moduleId.includes(folder));
    return Promise.resolve(
      files.toSorted((a, b) => place(a) - place(b) || (a.moduleId < b.moduleId ? -1 : 1)),
    );
  }
}
