import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const REQUIREMENTS = "requirements.txt";

/**
 * The file that a name such as `python3` stands for: what starts it may be a slow script.
 *
 * @throws where it cannot be started, or is too old.
 */
export async function interpreterNamed(python: string): Promise<string> {
  const ask = "import sys; print('%d.%d' % sys.version_info[:2]); print(sys.executable)";
  const advice = "install Python 3.7 or later, or name one with --python";
  const answer = await output(python, ["-c", ask], process.cwd()).catch((cause: Error) => {
    throw new Error(`${cause.message} - ${advice}`, { cause });
  });
  const [version = "", file = ""] = answer.split("\n");
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 3 || (major === 3 && minor < 7)) {
    throw new Error(`handlers run on Python 3.7 or later (${python} is ${version}) - ${advice}`);
  }
  return file || python;
}

/**
 * The interpreter for a folder of handlers: that of a virtual environment with its requirements.txt, or `python` itself
 * where there is none. Equal requirements share an environment, which is made once.
 *
 * @param say - told before something that takes a while.
 * @param cut - ends an installation that is under way.
 * @throws with pip's own words.
 */
export async function interpreterFor(
  code: string,
  python: string,
  say: (text: string) => void,
  cut?: AbortSignal,
): Promise<string> {
  const file = join(code, REQUIREMENTS);
  if (!existsSync(file)) return python;
  const version = await output(python, ["-c", "import sys; print(sys.version, sys.executable)"], code);
  const key = createHash("sha256").update(version).update(readFileSync(file)).digest("hex").slice(0, 16);
  const environments = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "asya", "python");
  const folder = join(environments, key);
  const interpreter = join(folder, "bin", "python");
  if (existsSync(interpreter)) return interpreter;
  say(`installing ${file} into ${folder} (once) ...`);
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(environments, { recursive: true });
  try {
    await output(python, ["-m", "venv", unfinished], code, cut);
    // n.b. an environment may be renamed as long as only its interpreter is called.
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS];
    await output(join(unfinished, "bin", "python"), pip, code, cut);
    await rename(unfinished, folder).catch((error: unknown) => {
      if (!existsSync(interpreter)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return interpreter;
}

async function output(
  program: string,
  args: readonly string[],
  cwd: string,
  cut?: AbortSignal,
): Promise<string> {
  const child = spawn(program, args, {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    ...(cut === undefined ? {} : { signal: cut }),
  });
  const closed = once(child, "close").catch((cause: Error) => {
    throw new Error(`cannot start ${program}: ${cause.message}`, { cause });
  }) as Promise<[number | null]>;
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  if (status === 0) return stdout;
  throw new Error(`${[program, ...args].join(" ")} ended with ${status}:\n${(stderr || stdout).trim()}`);
}
