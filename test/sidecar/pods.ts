import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const ROOT = resolve(import.meta.dirname, "../..");

/** Real sidecars and real Python runtimes as processes, a folder per actor. */
export class Pods {
  readonly folder = mkdtempSync(join(tmpdir(), "asya-pods-"));
  readonly #brokerEnv: Record<string, string>;
  readonly #sidecar: string;
  readonly #children: Program[] = [];
  readonly #killAtExit = () => this.#children.forEach((child) => void child.kill("SIGKILL"));

  /**
   * @param handlers - Python source of the module `handlers`.
   * @param sidecar - the program: its sources or its bundle.
   */
  constructor(handlers: string, brokerEnv: Record<string, string>, sidecar = join(ROOT, "sidecar/main.ts")) {
    this.#brokerEnv = brokerEnv;
    this.#sidecar = sidecar;
    writeFileSync(join(this.folder, "handlers.py"), handlers);
    process.once("exit", this.#killAtExit);
  }

  runtime(actor: string, handler: string, env: Record<string, string> = {}): Program {
    return this.#start("python3", [join(ROOT, "runtime/asya_runtime.py")], {
      ASYA_HANDLER: `handlers.${handler}`,
      ASYA_SOCKET_DIR: this.socketDir(actor),
      PYTHONPATH: this.folder,
      PYTHONDONTWRITEBYTECODE: "1",
      ...env,
    });
  }

  async sidecar(actor: string, env: Record<string, string> = {}): Promise<Program> {
    const program = this.#start(process.execPath, [this.#sidecar], {
      ASYA_ACTOR_NAME: actor,
      ASYA_SOCKET_DIR: this.socketDir(actor),
      ASYA_METRICS_ADDR: "127.0.0.1:0",
      ASYA_LOG_LEVEL: "DEBUG",
      ...this.#brokerEnv,
      ...env,
    });
    await program.line(/"msg":"started"/);
    return program;
  }

  socketDir(actor: string): string {
    const folder = join(this.folder, actor);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  async stop(): Promise<void> {
    process.removeListener("exit", this.#killAtExit);
    await Promise.all(this.#children.map((child) => child.kill("SIGKILL")));
    rmSync(this.folder, { recursive: true, force: true });
  }

  #start(command: string, args: readonly string[], env: Record<string, string>): Program {
    const { PATH = "" } = process.env;
    const child = spawn(command, args, { env: { PATH, ...env }, cwd: this.folder });
    const program = new Program(child);
    this.#children.push(program);
    return program;
  }
}

export class Program {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;
  #wake: () => void = () => {};

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout!, child.stderr!]) {
      createInterface({ input: stream }).on("line", (line) => {
        this.lines.push(line);
        this.#wake();
      });
    }
    this.#exit = once(child, "close").then(([code]) => {
      this.#wake();
      return code as number | null;
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** The first line that matches, also one that was there before. Rejects where the program ends without it. */
  async line(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = this.lines.find((line) => pattern.test(line));
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null)
        throw new Error(`ended without ${pattern}:\n${this.lines.join("\n")}`);
      await new Promise<void>((wake) => (this.#wake = wake));
    }
  }

  /** @returns the exit code, once it has ended. */
  async kill(signal: NodeJS.Signals): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
    return await this.#exit;
  }

  get exitCode(): Promise<number | null> {
    return this.#exit;
  }

  /** What the sidecar serves at a path of its metrics address. */
  async get(path: string): Promise<Response> {
    const { port } = JSON.parse(await this.line(/"msg":"started"/)) as { port: number };
    return await fetch(`http://127.0.0.1:${port}${path}`);
  }
}
