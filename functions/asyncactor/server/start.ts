/** Starts a function program as a child process and waits until it listens: for `asya start`, benchmarks and tests. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

export interface StartedFunction {
  child: ChildProcess;
  /** Certificates of `makeCertificates` name localhost. */
  address: string;
  metricsPort: number | undefined;
  /** SIGTERM. @returns the exit status. */
  stop(): Promise<number | null>;
}

interface Listening {
  msg: string;
  port: number;
  metricsPort?: number;
}

const START_TIMEOUT_MS = 10_000;

/**
 * Leave the log level at info or debug: the ports are read from the log.
 *
 * @throws with the program's own words where it ends before it listens, or does not listen within 10 s.
 */
export async function startFunction(program: string, flags: readonly string[]): Promise<StartedFunction> {
  const child = spawn(process.execPath, [program, "--address=127.0.0.1:0", ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    words += text;
  });
  const tooLate = setTimeout(() => child.kill("SIGKILL"), START_TIMEOUT_MS);
  const listening = await firstListening(child.stdout);
  clearTimeout(tooLate);
  if (listening === undefined) {
    const [status, signal] = await exited;
    throw new Error(`${program} ended with ${status ?? signal} before it listened: ${words.trim()}`);
  }
  // A full pipe would stop the program at its next log line.
  child.stdout.resume();
  const stop = async () => {
    child.kill("SIGTERM");
    const [status] = await exited;
    return status;
  };
  return { child, address: `localhost:${listening.port}`, metricsPort: listening.metricsPort, stop };
}

async function firstListening(log: Readable): Promise<Listening | undefined> {
  for await (const line of createInterface({ input: log })) {
    const entry = JSON.parse(line) as Listening;
    if (entry.msg === "listening") return entry;
  }
  return undefined;
}
