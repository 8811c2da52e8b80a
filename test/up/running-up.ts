import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";

const ASYA = resolve(import.meta.dirname, "../../cli/main.ts");
/** Starting a dozen processes from source is mostly compiling. */
const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "asya-tests-compile-cache") };

type Ending = [number | null, NodeJS.Signals | null];

/** `asya up` as a process, on a state folder of its own. */
export class RunningUp {
  readonly folder = mkdtempSync(join(tmpdir(), "asya-up-"));
  readonly state = join(this.folder, "state");
  output = "";
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  #closed: Promise<Ending> | undefined;
  #wake: () => void = () => {};

  /** @param more - of the machine's own environment. */
  constructor(more: Readonly<Record<string, string>> = {}) {
    this.#env = { ...env, ...more };
  }

  /** Actors of their names and handlers, and the code of those; `env` is the container's. */
  write(actors: Readonly<Record<string, ActorText>>, modules: Readonly<Record<string, string>>): string {
    const path = join(this.folder, "actors");
    mkdirSync(join(path, "handlers"), { recursive: true });
    for (const [name, actor] of Object.entries(actors))
      writeFileSync(join(path, `${name}.yaml`), actorYaml(name, actor));
    for (const [name, code] of Object.entries(modules)) writeFileSync(join(path, "handlers", name), code);
    return path;
  }

  start(...args: string[]): void {
    this.#child = spawn(process.execPath, [ASYA, "up", ...args, "--state", this.state], {
      env: this.#env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        this.output += chunk;
        this.#wake();
      });
    }
    this.#closed = once(this.#child, "close") as Promise<Ending>;
    void this.#closed.then(() => this.#wake());
  }

  /** Until its output matches. Rejects where it ends without that. */
  async says(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.output)) {
      if (this.#child?.exitCode !== null || this.#child.signalCode !== null)
        throw new Error(`asya up ended without ${pattern}:\n${this.output}`);
      await new Promise<void>((wake) => (this.#wake = wake));
    }
  }

  async ready(): Promise<void> {
    await this.says(/^send with: /m);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** The exit code, or the signal that ended it. */
  async ended(): Promise<number | string | null> {
    const [code, signal] = await this.#closed!;
    return code ?? signal;
  }

  async send(...args: string[]) {
    return await asya("send", ...args, "--state", this.state);
  }

  /** Every process of this machine whose environment names the state folder. */
  processes(): number[] {
    return readdirSync("/proc")
      .filter((entry) => /^[0-9]+$/.test(entry))
      .map(Number)
      .filter((pid) => pid !== process.pid && environmentOf(pid).includes(this.state));
  }

  async close(): Promise<void> {
    this.signal("SIGKILL");
    await this.#closed;
    while (this.processes().length > 0) await new Promise((wake) => setTimeout(wake, 50));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** `asya` with these arguments, to its end. */
export async function asya(...args: string[]) {
  const child = spawn(process.execPath, [ASYA, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  const closed = once(child, "close") as Promise<[number | null]>;
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { status, stdout, stderr };
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return "";
  }
}

interface ActorText {
  handler: string;
  env?: Record<string, string>;
  transport?: string;
}

function actorYaml(name: string, { handler, env = {}, transport = "rabbitmq" }: ActorText): string {
  const variables = Object.entries({ ASYA_HANDLER: handler, ...env })
    .map(([key, value]) => `{ name: ${key}, value: ${JSON.stringify(value)} }`)
    .join(", ");
  return `apiVersion: asya.sh/v1alpha1
kind: AsyncActor
metadata: { name: ${name} }
spec:
  transport: ${transport}
  retry: { initialDelay: 1 }
  workload:
    template:
      spec:
        containers:
          - { name: asya-runtime, image: mine, env: [${variables}] }
`;
}
