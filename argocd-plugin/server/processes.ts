import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { answerFolder, type CallAnswer, type FolderQuestion, refusal } from "./answer-folder.ts";

const CHILD = "answer-one-folder";
/** Of one process; a folder within the plugin's limits needs less. */
const HEAP_MIB = 160;
const AT_ONCE = 2;

/**
 * Answers large folders in processes of their own, so that they hold up nobody else's.
 * n.b. threads would do the same, but the memory of those that have ended stayed with the server: 390 MiB after thirty folders.
 */
export class AnswerProcesses {
  readonly #program: string;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** @param program - the program's own file: it calls `answerAsChild` first of all. */
  constructor(program: URL) {
    this.#program = fileURLToPath(program);
  }

  /** @param signal - ends the process wherever it is. */
  async answer(question: FolderQuestion, signal: AbortSignal): Promise<CallAnswer> {
    while (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
    try {
      return await this.#run(question, signal);
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  async #run(question: FolderQuestion, signal: AbortSignal): Promise<CallAnswer> {
    signal.throwIfAborted();
    const child = fork(this.#program, [CHILD], {
      serialization: "advanced",
      execArgv: [`--max-old-space-size=${HEAP_MIB}`],
    });
    const { promise, resolve, reject } = Promise.withResolvers<CallAnswer>();
    const stop = () => reject(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
    child.once("message", (answer) => resolve(answer as CallAnswer));
    child.once("error", reject);
    child.once("exit", (status, killedBy) => {
      // n.b. so V8 ends a process whose heap is full.
      if (killedBy === "SIGABRT" || status === 134)
        resolve(
          refusal(`the folder takes more than ${HEAP_MIB} MiB of memory - make several Applications of it`),
        );
      else reject(new Error(`the process for this folder ended with ${killedBy ?? status} and no answer`));
    });
    child.send(question);
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", stop);
      child.kill("SIGKILL");
    }
  }
}

/** Whether this is such a process; it answers then, and ends. */
export function answerAsChild(): boolean {
  if (process.argv[2] !== CHILD || process.send === undefined) return false;
  process.once("message", (question) => {
    void answerFolder(question as FolderQuestion).then((answer) =>
      process.send?.(answer, () => process.disconnect()),
    );
  });
  return true;
}
