import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isObject } from "../../core/json.ts";

/** Where a local run keeps what it has, and where its commands find it. */
export const DEFAULT_STATE_FOLDER = ".asya";

/** macOS takes 103 bytes for a Unix socket's path, Linux 107; while it starts the runtime binds a name longer by ".new". */
const MAX_SOCKET_PATH = 103 - ".new".length;
const SOCKET_NAME = "asya-runtime.sock";

/** The files of one local run. */
export interface Layout {
  folder: string;
  /** The durable queues of the local transport. */
  queues: string;
  results: string;
  logs: string;
  /** Process id and address of the running `asya up`. */
  running: string;
  lock: string;
  bytecode: string;
  rendered: string;
}

export function layoutOf(folder: string): Layout {
  const path = resolve(folder);
  return {
    folder: path,
    queues: join(path, "queues.db"),
    results: join(path, "results"),
    logs: join(path, "logs"),
    running: join(path, "up.json"),
    lock: join(path, "lock.db"),
    bytecode: join(path, "bytecode"),
    rendered: join(path, "rendered"),
  };
}

export function logFile({ logs }: Layout, actor: string): string {
  return join(logs, `${actor}.log`);
}

/**
 * The folder of each actor's socket under `base`.
 *
 * @returns undefined where a socket's path would be longer than an operating system takes.
 */
export function socketFolders(base: string, actors: readonly string[]): Map<string, string> | undefined {
  const folders = new Map(actors.map((actor) => [actor, join(base, actor)]));
  const longest = Math.max(
    0,
    ...[...folders.values()].map((folder) => Buffer.byteLength(join(folder, SOCKET_NAME))),
  );
  return longest > MAX_SOCKET_PATH ? undefined : folders;
}

/** Makes the socket folders: in the state folder, or where that lies too deep in a temporary one. */
export function makeSocketFolders({ folder }: Layout, actors: readonly string[]) {
  const inState = join(folder, "sockets");
  rmSync(inState, { recursive: true, force: true });
  let base = inState;
  let folders = socketFolders(base, actors);
  if (folders === undefined) {
    base = mkdtempSync(join(tmpdir(), "asya-"));
    folders = socketFolders(base, actors);
  }
  if (folders === undefined)
    throw new Error(`${base} is too long for Unix sockets (at most ${MAX_SOCKET_PATH} bytes) - set TMPDIR`);
  for (const each of folders.values()) mkdirSync(each, { recursive: true, mode: 0o700 });
  return { folders, remove: () => rmSync(base, { recursive: true, force: true }) };
}

export function makeStateFolder({ folder }: Layout): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, ".gitignore"), "*\n");
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new Error(`the state folder cannot be written: ${reason} - name another with --state`, { cause });
  }
}

/** The state folder, ours until `release` or the end of this process. @throws where another `asya up` has it. */
export function occupy(layout: Layout): { release(): void } {
  makeStateFolder(layout);
  mkdirSync(layout.logs, { recursive: true, mode: 0o700 });
  // n.b. SQLite's lock is the operating system's: it ends with the process that holds it, however that ends.
  const lock = new DatabaseSync(layout.lock, { timeout: 0 });
  try {
    lock.exec("BEGIN IMMEDIATE");
  } catch (cause) {
    lock.close();
    const { pid } = runningIn(layout) ?? {};
    throw new Error(
      `${layout.folder} belongs to an \`asya up\` that is running${pid === undefined ? "" : ` (process ${pid})`} - stop that one, or name another folder with --state`,
      { cause },
    );
  }
  return {
    release() {
      rmSync(layout.running, { force: true });
      lock.close();
    },
  };
}

export interface Running {
  pid: number;
  /** Whoever knows the whole address may send: it holds a secret. */
  url: string;
}

export function tellRunning({ running }: Layout, { pid, url }: Running): void {
  writeFileSync(running, JSON.stringify({ pid, url }), { mode: 0o600 });
}

/** What `tellRunning` wrote; whether that process still lives is not known. */
export function runningIn({ running }: Layout): Running | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(running, "utf8"));
    if (!isObject(value) || typeof value["pid"] !== "number" || typeof value["url"] !== "string")
      return undefined;
    return { pid: value["pid"], url: value["url"] };
  } catch {
    return undefined;
  }
}
