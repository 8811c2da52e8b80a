/** Starts a function program as a child process and waits until it listens: for `asya start`, benchmarks and tests. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface StartedFunction {
  child: ChildProcess;
  /** Certificates of `makeCertificates` name localhost. */
  address: string;
  metricsPort: number | undefined;
  /** SIGTERM. @returns the exit status. */
  stop(): Promise<number | null>;
}

/** @throws with the program's own words where it ends before it listens. */
export async function startFunction(program: string, flags: readonly string[]): Promise<StartedFunction> {
  const child = spawn(process.execPath, [program, "--address=127.0.0.1:0", ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(child, "exit") as Promise<[number | null]>;
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    words += text;
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, port, metricsPort } = JSON.parse(line) as {
      msg: string;
      port: number;
      metricsPort?: number;
    };
    if (msg !== "listening") continue;
    child.stdout.resume();
    const stop = async () => {
      child.kill("SIGTERM");
      const [status] = await exited;
      return status;
    };
    return { child, address: `localhost:${port}`, metricsPort, stop };
  }
  const [status] = await exited;
  throw new Error(`${program} ended with status ${status} before it listened: ${words.trim()}`);
}
