import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MissingServer } from "../bed.ts";
import { cached, isInstalled, run } from "./cache.ts";
import { freePorts, startServer } from "./process.ts";
import type { SqsServer } from "./sqs-server.ts";

const VERSION = "5.2.5";
const SERVE = "import sys, moto.server; moto.server.main(sys.argv[1:])";

/** moto (PyPI), in a virtual environment of its own. */
export async function startMoto(): Promise<SqsServer> {
  if (!(await isInstalled("python3", "-c", "import venv, ensurepip"))) {
    throw new MissingServer("moto needs Python: apt-get install python3 python3-venv");
  }
  // n.b. A virtual environment may be renamed as long as only its interpreter is called.
  const venv = await cached(`moto-${VERSION}`, async (folder) => {
    await run("python3", "-m", "venv", folder);
    await run(join(folder, "bin", "python"), "-m", "pip", "install", "--quiet", `moto[server]==${VERSION}`);
  });
  const [port] = (await freePorts(1)) as [number];
  const folder = mkdtempSync(join(tmpdir(), "asya-moto-"));
  const server = await startServer(
    [join(venv, "bin", "python"), "-c", SERVE, "-H", "127.0.0.1", "-p", String(port)],
    { env: {}, log: join(folder, "server.log"), port, withinMs: 60_000 },
  );
  return {
    port,
    accountId: "123456789012",
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
