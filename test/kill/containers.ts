import { readdirSync, readFileSync } from "node:fs";
import { freshBundle, SIDECAR } from "../../scripts/build.ts";
import { type Program, Pods } from "../sidecar/pods.ts";
import type { RenderedPod } from "./rendered.ts";

export type Container = "sidecar" | "runtime";

/** Pods whose containers can be killed as the kernel does it, and which are started again as the kubelet does it. */
export class Containers {
  readonly #pods: Pods;
  readonly #rendered: ReadonlyMap<string, RenderedPod>;
  readonly #running = new Map<string, Program>();

  private constructor(pods: Pods, rendered: readonly RenderedPod[]) {
    this.#pods = pods;
    this.#rendered = new Map(rendered.map((pod) => [pod.name, pod]));
  }

  static async of(rendered: readonly RenderedPod[], handlers: string): Promise<Containers> {
    return new Containers(new Pods(handlers, {}, await freshBundle(SIDECAR)), rendered);
  }

  /** Resolves when the program runs; a runtime may still load its handler. */
  async start(actor: string, container: Container): Promise<void> {
    const { runtimeEnv, sidecarEnv } = this.#rendered.get(actor)!;
    const place = { ASYA_SOCKET_DIR: this.#pods.socketDir(actor), ASYA_METRICS_ADDR: "127.0.0.1:0" };
    const program =
      container === "runtime"
        ? this.#pods.runtime(actor, "work", { ...runtimeEnv, ...place })
        : await this.#pods.sidecar(actor, { ...sidecarEnv, ...place });
    this.#running.set(`${actor}/${container}`, program);
  }

  /** Every process of the container at once: when a container's first process dies, the kernel kills the rest. */
  async kill(actor: string, container: Container): Promise<void> {
    const program = this.#running.get(`${actor}/${container}`)!;
    process.kill(program.pid, "SIGSTOP");
    for (const pid of descendantsOf(program.pid)) killIfThere(pid);
    await program.kill("SIGKILL");
  }

  async stop(): Promise<void> {
    await Promise.all(
      [...this.#running].map(async ([name]) => {
        const [actor, container] = name.split("/") as [string, Container];
        await this.kill(actor, container).catch(() => {});
      }),
    );
    await this.#pods.stop();
  }

  /** What they said last, for whoever must find out why nothing moves. */
  lastLines(): string {
    return [...this.#running]
      .map(([name, { lines }]) => `${name}:\n  ${lines.slice(-5).join("\n  ")}`)
      .join("\n");
  }
}

function descendantsOf(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const parent = parentOf(Number(entry));
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const found: number[] = [];
  for (const queue = [pid]; queue.length > 0;) {
    const next = children.get(queue.pop()!) ?? [];
    found.push(...next);
    queue.push(...next);
  }
  return found;
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // n.b. The name in parentheses may hold blanks and parentheses itself.
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}
