import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PluginClient } from "../../argocd-plugin/server/call.ts";
import { freshBundle, PLUGIN, PLUGIN_SERVER } from "../../scripts/build.ts";
import { writeActors } from "./actors.ts";
import { startServer } from "../conformance/servers/process.ts";
import { runMs } from "./plugin.ts";
import { interleave, median } from "./statistics.ts";

const ACTORS = 50;
const WARM_UP_CALLS = 40;
const ROUNDS = 15;

export interface ServerFigures {
  actors: number;
  processMs: number;
  serverMs: number;
}

/**
 * Fifty actors: a process for each generate against the native server at its socket, as repo-server calls it. The server has
 * run for a while; each content is one that it has not seen.
 */
export async function measurePluginServer(): Promise<ServerFigures> {
  const root = await mkdtemp(join(tmpdir(), "asya-bench-"));
  const socket = join(root, "asya.sock");
  const plugin = await freshBundle(PLUGIN);
  const server = await startServer([process.execPath, await freshBundle(PLUGIN_SERVER), "--socket", socket], {
    env: {},
    log: join(root, "server.log"),
    port: socket,
    withinMs: 10_000,
  });
  const client = new PluginClient(socket);
  try {
    const folder = join(root, "actors");
    let contents = 0;
    const serverMs = async () => {
      await writeActors(folder, ACTORS, `pages:${contents++}`);
      const archive = execFileSync("tar", ["-czf", "-", "-C", folder, "."]);
      const startedAt = performance.now();
      const manifests = await client.generate(archive);
      if (manifests.length !== ACTORS) throw new Error(`the server answers with ${manifests.length} objects`);
      return performance.now() - startedAt;
    };
    const processMs = async () => {
      await writeActors(folder, ACTORS, `pages:${contents++}`);
      return await runMs(process.execPath, [plugin, "generate"], folder, {
        NODE_COMPILE_CACHE: join(root, "compile-cache"),
      });
    };
    await interleave(WARM_UP_CALLS, { serverMs });
    const runs = await interleave(ROUNDS, { processMs, serverMs });
    return { actors: ACTORS, processMs: median(runs.processMs), serverMs: median(runs.serverMs) };
  } finally {
    client.close();
    await server.stop();
    await rm(root, { recursive: true });
  }
}
