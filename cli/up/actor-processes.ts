import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { isObject } from "../../core/json.ts";
import { programFile } from "../programs.ts";
import type { ProcessEnvironment } from "./environment.ts";
import type { LocalActor } from "./local-actor.ts";
import type { WatchedProcess, WatchedProcesses } from "./watched-processes.ts";

const LOOK_MS = 40;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A process that has run for so long does not die for the same reason as the one before it. */
const SETTLED_MS = 60_000;

type Role = "runtime" | "sidecar";

interface Parts {
  processes: WatchedProcesses;
  actor: LocalActor;
  interpreter: string;
  runtime: ProcessEnvironment;
  sidecar: ProcessEnvironment;
  log: string;
  say: (text: string) => void;
}

/** A process of an actor ended before it was ready. */
export class ActorFailed extends Error {
  override readonly name = "ActorFailed";

  constructor({ actor, log }: Parts, role: Role, how: string) {
    const said = lastWords(role, readFileSync(log, "utf8"))
      .map((line) => `  ${line}`)
      .join("\n");
    super(
      `the ${role} of ${actor.name} ended with ${how} before it was ready; it said:\n${said}\n(all of it: ${log})`,
    );
  }
}

/** The runtime and the sidecar of one actor: started, waited for, and started again when they end by themselves. */
export class ActorProcesses {
  readonly #parts: Parts;
  readonly #stopping = new AbortController();
  #vitalsPort: number | undefined;
  #failure: ActorFailed | undefined;
  #isReady = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    writeFileSync(parts.log, "", { mode: 0o600 });
    for (const role of ["runtime", "sidecar"] as const) void this.#keepRunning(role);
  }

  get name(): string {
    return this.#parts.actor.name;
  }

  /** Resolves when messages can be handled. @throws {ActorFailed} */
  async ready(signal: AbortSignal): Promise<void> {
    while (!(await this.#answersReady())) {
      if (this.#failure !== undefined) throw this.#failure;
      await sleep(LOOK_MS, undefined, { signal });
    }
    this.#isReady = true;
  }

  /** Nothing is started any more; `WatchedProcesses.stop` ends what runs. */
  stop(): void {
    this.#stopping.abort();
  }

  async #keepRunning(role: Role): Promise<void> {
    const { log, say, actor } = this.#parts;
    let pauseMs = FIRST_PAUSE_MS;
    while (!this.#stopping.signal.aborted) {
      const startedAt = performance.now();
      const started = this.#start(role);
      const how = await started.ended;
      if (this.#stopping.signal.aborted) return;
      if (!this.#isReady) {
        this.#failure ??= new ActorFailed(this.#parts, role, how);
        return;
      }
      if (performance.now() - startedAt > SETTLED_MS) pauseMs = FIRST_PAUSE_MS;
      say(
        `the ${role} of ${actor.name} ended with ${how} and is started again in ${pauseMs / 1_000} s (${log})`,
      );
      await sleep(pauseMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  #start(role: Role): WatchedProcess {
    const { processes, actor, interpreter, runtime, sidecar, log } = this.#parts;
    const program = programFile(role);
    return processes.start(
      role === "runtime"
        ? { command: [interpreter, program], env: runtime.env, cwd: actor.code, log }
        : { command: [process.execPath, program], env: sidecar.env, cwd: actor.code, log },
    );
  }

  async #answersReady(): Promise<boolean> {
    this.#vitalsPort ??= startedPort(readFileSync(this.#parts.log, "utf8"));
    if (this.#vitalsPort === undefined) return false;
    try {
      const response = await fetch(`http://127.0.0.1:${this.#vitalsPort}/ready`, {
        headers: { connection: "close" },
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }
}

/** The end of what one of the two said. n.b. the sidecar's lines are JSON, its last one is its name and a sentence. */
function lastWords(role: Role, log: string): string[] {
  const lines = log.split("\n").filter((line) => line !== "");
  const own = lines.filter((line) => /^(\{|asya-sidecar: )/.test(line) === (role === "sidecar"));
  return (own.length > 0 ? own : lines).slice(-12);
}

/** The port of the sidecar's probes, from the line that it logs when it has started. */
function startedPort(log: string): number | undefined {
  const lines = log.split("\n").slice(0, -1);
  const line = lines.findLast((each) => each.startsWith("{") && each.includes('"msg":"started"'));
  const entry: unknown = line === undefined ? undefined : JSON.parse(line);
  return isObject(entry) && typeof entry["port"] === "number" ? entry["port"] : undefined;
}
