import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { runPlugin } from "../cli/plugin-process.ts";
import { RefusedError } from "../cli/rendered.ts";

const FOLDER = resolve(import.meta.dirname, "../examples/mistakes");

test("examples/mistakes gives the findings of its expected.md, every mistake at once", async () => {
  const refusal: unknown = await runPlugin(FOLDER).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(RefusedError);
  const lines = (refusal as RefusedError).message.split("\n");
  expect(lines.filter((line) => !/^\S+ ASYA-[EWI]\d{3} |^\.\.\. and |^\d+ errors/.test(line))).toEqual([]);
  const page = [
    "# What is said about examples/mistakes\n",
    "Written by `npm test -- -u`; the tests hold it. One line each, errors first; Argo CD shows the first ones.\n",
    `\`\`\`\n${lines.join("\n")}\n\`\`\`\n`,
  ];
  await expect(page.join("\n")).toMatchFileSnapshot(join(FOLDER, "expected.md"));
});
