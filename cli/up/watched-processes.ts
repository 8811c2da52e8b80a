import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";

/**
 * Ends every process group that is written to it as soon as nobody can write any more: when this process ends, however it
 * does. The second SIGTERM tells a sidecar and a runtime not to wait for handlers.
 */
const WATCHDOG = `
groups=
while read -r group; do groups="$groups $group"; done
tell() { for group in $groups; do kill -s "$1" -- "-$group" 2>/dev/null; done; }
gone() { for group in $groups; do kill -s 0 -- "-$group" 2>/dev/null && return 1; done; return 0; }
for round in TERM wait TERM wait wait wait wait wait KILL; do
  gone && exit
  [ "$round" = wait ] || tell "$round"
  sleep 1
done
`;
/** A process that is about to start reports to the watchdog itself, so there is no moment in which nobody knows of it. */
const LAUNCH = 'echo $$ >&3; exec "$@" 3>&-';

/** n.b. SIGTERM a second time: the runtime then gives its handler 5 s more. */
const PAUSE_BEFORE_KILL_MS = 7_000;

export interface Start {
  command: readonly [string, ...string[]];
  env: Record<string, string>;
  cwd: string;
  /** Its output is appended there, by itself: it can be written as long as the process lives. */
  log: string;
}

/** One process in a group of its own. */
export class WatchedProcess {
  /** Resolves when it has ended: "exit code 1", "signal SIGKILL". */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  #hasEnded = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.ended = new Promise<string>((resolve) => {
      child.on("error", (error) => resolve(error.message));
      child.on("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
    }).finally(() => {
      this.#hasEnded = true;
    });
  }

  /** To the process alone; SIGKILL to everything in its group. */
  signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#hasEnded) return;
    try {
      process.kill(signal === "SIGKILL" ? -pid : pid, signal);
    } catch {
      // It has ended just now.
    }
  }
}

/** Processes that do not outlive this one. */
export class WatchedProcesses {
  readonly #watchdog: ChildProcess;
  readonly #processes = new Set<WatchedProcess>();

  constructor() {
    // In a session of its own, where no Ctrl-C reaches it.
    this.#watchdog = spawn("/bin/sh", ["-c", WATCHDOG], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    this.#watchdog.stdin?.on("error", () => {});
  }

  start(start: Start): WatchedProcess {
    const { command, env, cwd } = start;
    const log = openSync(start.log, "a", 0o600);
    const child = spawn("/bin/sh", ["-c", LAUNCH, "sh", ...command], {
      env,
      cwd,
      detached: true,
      stdio: ["ignore", log, log, this.#watchdog.stdin],
    });
    closeSync(log);
    const started = new WatchedProcess(child);
    this.#processes.add(started);
    void started.ended.then(() => this.#processes.delete(started));
    return started;
  }

  /** SIGTERM to all; after `graceMs`, or at once when `hurry` aborts, a second one; then SIGKILL. Resolves when none is left. */
  async stop(graceMs: number, hurry: AbortSignal): Promise<void> {
    const all = Promise.all([...this.#processes].map(({ ended }) => ended));
    this.#signalAll("SIGTERM");
    if (!(await within(all, graceMs, hurry))) {
      this.#signalAll("SIGTERM");
      if (!(await within(all, PAUSE_BEFORE_KILL_MS))) this.#signalAll("SIGKILL");
      await all;
    }
    this.#watchdog.kill("SIGKILL");
  }

  #signalAll(signal: NodeJS.Signals): void {
    for (const each of this.#processes) each.signal(signal);
  }
}

/** Whether `work` was done within `ms` and before `cut` aborted. */
async function within(work: Promise<unknown>, ms: number, cut?: AbortSignal): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const timer = setTimeout(() => late.resolve(false), ms);
  const onCut = () => late.resolve(false);
  if (cut?.aborted === true) onCut();
  cut?.addEventListener("abort", onCut, { once: true });
  try {
    return await Promise.race([work.then(() => true as const), late.promise]);
  } finally {
    clearTimeout(timer);
    cut?.removeEventListener("abort", onCut);
  }
}
