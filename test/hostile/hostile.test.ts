import { expect, test } from "vitest";
import { GOOD, NAMED, OTHERS } from "./cases.ts";
import { BESIDE, TOOLS } from "./tools-cases.ts";
import { generateFrom, MEBIBYTES, SECONDS } from "./plugin-process.ts";

const TIMEOUT = 60_000;

const limits = `within ${SECONDS} s and ${MEBIBYTES} MiB`;

test.each(Object.entries({ ...NAMED, ...OTHERS, ...TOOLS }))(
  `%s: findings where it is wrong, nothing on stdout, ${limits}`,
  { timeout: TIMEOUT },
  async (_name, { files, errors }) => {
    const { exit, killed, peakMiB, stdout, stderr } = await generateFrom(files);
    expect({ killed, exit, stdout }).toEqual({ killed: null, exit: 1, stdout: "" });
    expect(peakMiB).toBeLessThan(MEBIBYTES);
    const reported = stderr.split("\n").filter((line) => line.includes(" ASYA-E"));
    expect(reported).toEqual(errors.map((line) => expect.stringContaining(line) as unknown));
    expect(reported.map((line, index) => line.startsWith(errors[index]!))).not.toContain(false);
    expect(stderr).toMatch(/^[^\n]+ ASYA-E/);
    expect(stderr).toMatch(/\n\d+ errors?[^\n]*\n$/);
    expect(stderr).not.toContain("hunter2");
  },
);

test.each(Object.entries({ ...GOOD, ...BESIDE }))(
  `%s: every object and nothing else, ${limits}`,
  { timeout: TIMEOUT },
  async (_name, { files, objects }) => {
    const { exit, killed, peakMiB, stdout, stderr } = await generateFrom(files);
    expect({ killed, exit, stderr }).toEqual({ killed: null, exit: 0, stderr: "" });
    expect(peakMiB).toBeLessThan(MEBIBYTES);
    // A comparison of megabytes member by member takes minutes.
    const same = stdout === objects.map((object) => `${JSON.stringify(object)}\n`).join("");
    if (!same)
      expect(
        stdout
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line) as unknown),
      ).toEqual(objects);
  },
);
