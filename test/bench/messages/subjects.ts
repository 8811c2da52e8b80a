import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { interpreterFor } from "../../../cli/up/virtual-environment.ts";
import { freshBundle, SIDECAR } from "../../../scripts/build.ts";
import { type Broker } from "../../kill/brokers.ts";
import { renderPods } from "../../kill/rendered.ts";
import type { SubjectName } from "./cases.ts";
import { WORK } from "./queues.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const RUNTIME = join(ROOT, "runtime/asya_runtime.py");
const RUNTIME_LOADS_MS = 10_000;
const ORJSON = "orjson==3.8.3";

/** Processes that move messages until they are told to stop, as Kubernetes tells them. */
export interface Running {
  /** @throws where one of them does not end well. */
  stop(): Promise<void>;
}

interface Kind {
  program: "bare-loop" | "simple-sidecar" | "sidecar";
  orjson?: boolean;
  concurrency?: number;
}

const KINDS: Record<SubjectName, Kind> = {
  bare: { program: "bare-loop" },
  simple: { program: "simple-sidecar" },
  asya: { program: "sidecar" },
  "asya, orjson": { program: "sidecar", orjson: true },
  "asya, concurrency 4": { program: "sidecar", concurrency: 4 },
  "asya, concurrency 32": { program: "sidecar", concurrency: 32 },
};

export async function startSubject(name: SubjectName, handlers: string, broker: Broker): Promise<Running> {
  const { program, orjson = false, concurrency = 1 } = KINDS[name];
  const [pod] = renderPods(broker, [WORK], { concurrency });
  const folder = await mkdtemp(join(tmpdir(), "asya-bench-"));
  await writeFile(join(folder, "handlers.py"), handlers);
  const place = { ASYA_SOCKET_DIR: folder, ASYA_METRICS_ADDR: "127.0.0.1:0" };
  const children: Child[] = [];
  if (program !== "bare-loop") {
    const env = { ...pod!.runtimeEnv, ...place, PYTHONDONTWRITEBYTECODE: "1" };
    children.push(new Child(await interpreter(folder, orjson), [RUNTIME], env, folder));
    await appears(join(folder, "runtime-ready"));
  }
  const file =
    program === "sidecar" ? await freshBundle(SIDECAR) : join(ROOT, `test/bench/messages/${program}.ts`);
  children.push(new Child(process.execPath, [file], { ...pod!.sidecarEnv, ...place }, folder));
  return {
    async stop() {
      await Promise.all(children.map((child) => child.stop()));
      await rm(folder, { recursive: true });
    },
  };
}

/** Of a virtual environment with orjson or with nothing, whatever this machine's Python has. */
async function interpreter(folder: string, orjson: boolean): Promise<string> {
  const code = join(folder, "requirements");
  await mkdir(code);
  await writeFile(join(code, "requirements.txt"), orjson ? `${ORJSON}\n` : "# the standard library only\n");
  return await interpreterFor(code, "python3", (text) => console.log(text));
}

async function appears(file: string): Promise<void> {
  for (const deadline = Date.now() + RUNTIME_LOADS_MS; Date.now() < deadline; await sleep(20)) {
    try {
      return await access(file);
    } catch {
      // Not yet.
    }
  }
  throw new Error(`${file} does not appear`);
}

class Child {
  readonly #name: string;
  readonly #process;
  readonly #exit: Promise<unknown[]>;
  readonly #killAtExit = () => this.#process.kill("SIGKILL");
  #said = "";

  constructor(command: string, args: readonly string[], env: Record<string, string>, cwd: string) {
    this.#name = [command, ...args].join(" ");
    const { PATH = "" } = process.env;
    this.#process = spawn(command, args, { cwd, env: { PATH, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    this.#exit = once(this.#process, "close");
    process.once("exit", this.#killAtExit);
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.on("data", (text: Buffer) => (this.#said = `${this.#said}${text.toString()}`.slice(-2_000)));
    }
  }

  async stop(): Promise<void> {
    this.#process.kill("SIGTERM");
    process.removeListener("exit", this.#killAtExit);
    const [status, signal] = (await this.#exit) as [number | null, NodeJS.Signals | null];
    if (status !== 0) throw new Error(`${this.#name} ended with ${status ?? signal}:\n${this.#said}`);
  }
}
