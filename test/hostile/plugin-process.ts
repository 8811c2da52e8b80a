import { execFile } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { freshBundle, PLUGIN } from "../../scripts/build.ts";

export const SECONDS = 10;
export const MEBIBYTES = 256;

/** A file's content, where a symbolic link points, or the size of a file of zeros that takes no place on the disk. */
export type Entry = string | Buffer | { link: string } | { bytes: number };

export interface Ended {
  exit: number;
  killed: "time" | "memory" | null;
  peakMiB: number;
  seconds: number;
  stdout: string;
  stderr: string;
}

/** What `asya-plugin generate` says of a folder with these files, as a process with limits. */
export async function generateFrom(files: Readonly<Record<string, Entry>>): Promise<Ended> {
  const bundle = await freshBundle(PLUGIN);
  const place = mkdtempSync(join(tmpdir(), "asya-hostile-"));
  try {
    const folder = join(place, "folder");
    mkdirSync(folder);
    for (const [name, entry] of Object.entries(files)) writeEntry(join(folder, name), entry);
    const result = join(place, "result.json");
    const command = [process.execPath, bundle, "generate", folder];
    const output = await run([
      join(import.meta.dirname, "limited.py"),
      result,
      `${SECONDS}`,
      `${MEBIBYTES}`,
      ...command,
    ]);
    return { ...(JSON.parse(readFileSync(result, "utf8")) as Omit<Ended, "stdout" | "stderr">), ...output };
  } finally {
    rmSync(place, { recursive: true });
  }
}

function writeEntry(path: string, entry: Entry): void {
  mkdirSync(dirname(path), { recursive: true });
  if (typeof entry === "string" || Buffer.isBuffer(entry)) writeFileSync(path, entry);
  else if ("link" in entry) symlinkSync(entry.link, path);
  else {
    writeFileSync(path, "");
    truncateSync(path, entry.bytes);
  }
}

function run(args: string[]): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    execFile("python3", args, { maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout, stderr });
      else reject(error);
    });
  });
}
