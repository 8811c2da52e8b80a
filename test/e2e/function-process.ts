import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { until } from "./until.ts";

/** The function as a process of this machine; a test file may stop it and start it again. */
export interface FunctionProcess {
  /** Node's arguments. */
  command: readonly string[];
  pidFile: string;
}

/** @returns its process id. */
export function startFunction({ command, pidFile }: FunctionProcess): number {
  const child = spawn(process.execPath, command, { stdio: ["ignore", "ignore", "inherit"] });
  if (child.pid === undefined) throw new Error(`the function does not start: ${command.join(" ")}`);
  child.unref();
  writeFileSync(pidFile, String(child.pid));
  return child.pid;
}

export async function stopFunction({ pidFile }: FunctionProcess): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, "utf8"));
  if (signalled(pid, "SIGTERM")) {
    await until(
      `process ${pid} has ended`,
      () => Promise.resolve(signalled(pid, 0)),
      (alive) => !alive,
      30_000,
    );
  }
  rmSync(pidFile);
}

/** @returns false where there is no such process. */
function signalled(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}
