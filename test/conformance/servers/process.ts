import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";

export interface Started {
  /** Ends it and everything that it started; resolves when it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * A server as a process group of its own, its output in a log file that a failure shows.
 *
 * @param port - where it is to listen, or the path of a socket.
 */
export async function startServer(
  command: readonly [string, ...string[]],
  {
    env,
    log,
    port,
    withinMs,
  }: { env: NodeJS.ProcessEnv; log: string; port: number | string; withinMs: number },
): Promise<Started> {
  const [program, ...args] = command;
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = createWriteStream(log, { flags: "a" });
  child.stdout.pipe(output);
  child.stderr.pipe(output);
  const exited = once(child, "exit");
  const killAtExit = () => killGroup(child, "SIGKILL");
  process.once("exit", killAtExit);
  const stop = async (signal: NodeJS.Signals = "SIGKILL") => {
    process.removeListener("exit", killAtExit);
    killGroup(child, signal);
    await exited;
    // What it started may take a moment longer to die, and would still listen.
    while (killGroup(child, 0)) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const deadline = Date.now() + withinMs;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`${program} does not answer on ${port}; ${log} ends with:\n${lastLines(log)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { stop };
}

export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  return await Promise.all(
    servers.map(async (server) => {
      const address = server.address();
      server.close();
      await once(server, "close");
      if (address === null || typeof address === "string") throw new Error("no TCP port");
      return address.port;
    }),
  );
}

async function accepts(port: number | string): Promise<boolean> {
  const socket = typeof port === "string" ? connect(port) : connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** False where nobody of the group is left. */
function killGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  try {
    if (child.pid === undefined) return false;
    process.kill(-child.pid, signal);
    return true;
  } catch {
    return false;
  }
}

function lastLines(file: string): string {
  return readFileSync(file, "utf8").split("\n").slice(-20).join("\n");
}
