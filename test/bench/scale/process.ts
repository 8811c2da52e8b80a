import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** n.b. USER_HZ is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** A server of the control plane as a process; its words go to FOLDER/NAME.log. */
export class Process {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #log: string;
  readonly #exited: Promise<unknown>;

  constructor(folder: string, name: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.name = name;
    this.#log = join(folder, `${name}.log`);
    this.#child = spawn(name, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    process.once("exit", () => this.#child.kill("SIGKILL"));
    this.#exited = once(this.#child, "exit").catch(() => undefined);
    const log = createWriteStream(this.#log, { flags: "a" });
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.pipe(log, { end: false });
  }

  /** @throws with its last words where it ends, or is not ready within a minute. */
  async ready(isReady: () => Promise<boolean>): Promise<void> {
    for (const endMs = performance.now() + 60_000; performance.now() < endMs; await sleep(200)) {
      if (await isReady().catch(() => false)) return;
      if (this.#child.exitCode !== null || this.#child.pid === undefined) break;
    }
    const words = readFileSync(this.#log, "utf8").trim().split("\n").slice(-5).join("\n");
    throw new Error(`${this.name} does not start, in PATH and its own words:\n${words}`);
  }

  get cpuSeconds(): number {
    return cpuSeconds(this.#child.pid);
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#exited;
  }
}

/** User and system time of a process since its start. */
export function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
