import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PluginClient } from "../../argocd-plugin/server/call.ts";
import { freshBundle, PLUGIN_SERVER } from "../../scripts/build.ts";

export interface ServerProcess {
  client: PluginClient;
  /** The most memory that the process ever had. */
  peakMiB(): number;
  /** Folders of calls that are still there. */
  folders(): string[];
  stop(): Promise<void>;
}

/** The native plugin server as it is shipped, in a process of its own. */
export async function startServerProcess(): Promise<ServerProcess> {
  const bundle = await freshBundle(PLUGIN_SERVER);
  const place = mkdtempSync(join(tmpdir(), "asya-hostile-server-"));
  const temporary = join(place, "tmp");
  mkdirSync(temporary);
  const socket = join(place, "asya-v0.1.0.sock");
  const child = spawn(process.execPath, [bundle, "--socket", socket], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface(child.stdout);
  for await (const line of lines) if (line.includes("listening")) break;
  child.stdout.resume();
  const client = new PluginClient(socket);
  return {
    client,
    peakMiB: () => {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
    },
    folders: () =>
      readdirSync(temporary).flatMap((name) =>
        readdirSync(join(temporary, name)).map((call) => `${name}/${call}`),
      ),
    stop: async () => {
      client.close();
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
      rmSync(place, { recursive: true });
    },
  };
}
