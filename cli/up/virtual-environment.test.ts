import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { interpreterFor, interpreterNamed } from "./virtual-environment.ts";

const folder = mkdtempSync(join(tmpdir(), "asya-venv-"));
const environments = join(folder, "cache/asya/python");
vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A package that pip installs without a registry. */
const WHEEL = `
import zipfile
with zipfile.ZipFile("tiny-1.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr("tiny.py", "GREETING = 'from the environment'")
    wheel.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n")
    wheel.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr("tiny-1.0.dist-info/RECORD", "")
`;

function code(name: string, requirements?: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  if (requirements !== undefined) writeFileSync(join(path, "requirements.txt"), requirements);
  return path;
}

test("handlers without requirements run on the interpreter that is named", async () => {
  const python = await interpreterNamed("python3");
  expect(await interpreterFor(code("plain"), python, () => {})).toBe(python);
});

test(
  "requirements are installed once, into an environment that equal requirements share",
  { timeout: 60_000 },
  async () => {
    const python = await interpreterNamed("python3");
    const said: string[] = [];
    const first = code("first", "./tiny-1.0-py3-none-any.whl\n");
    execFileSync(python, ["-c", WHEEL], { cwd: first });
    const interpreter = await interpreterFor(first, python, (text) => said.push(text));
    const greeting = execFileSync(interpreter, ["-c", "import tiny; print(tiny.GREETING)"], {
      encoding: "utf8",
    });
    expect(greeting).toBe("from the environment\n");
    const second = code("second", "./tiny-1.0-py3-none-any.whl\n");
    expect(await interpreterFor(second, python, (text) => said.push(text))).toBe(interpreter);
    expect(said).toEqual([expect.stringContaining(`installing ${join(first, "requirements.txt")} into `)]);
  },
);

test(
  "requirements that cannot be installed are told in pip's own words, and leave no environment",
  { timeout: 60_000 },
  async () => {
    const python = await interpreterNamed("python3");
    const broken = code("broken", "./not-there-1.0-py3-none-any.whl\n");
    const before = readdirSync(environments);
    await expect(interpreterFor(broken, python, () => {})).rejects.toThrow(/not-there-1\.0/);
    expect(readdirSync(environments)).toEqual(before);
  },
);

test("an interpreter that is not there or too old is named, with what to do", async () => {
  await expect(interpreterNamed("python-of-tomorrow")).rejects.toThrow(
    /^cannot start python-of-tomorrow: .* - install Python 3\.7 or later, or name one with --python$/,
  );
  const old = join(folder, "python-of-yesterday");
  writeFileSync(old, "#!/bin/sh\nprintf '2.7\\n/usr/bin/python\\n'\n", { mode: 0o755 });
  await expect(interpreterNamed(old)).rejects.toThrow(
    `handlers run on Python 3.7 or later (${old} is 2.7) - install Python 3.7 or later, or name one with --python`,
  );
});
