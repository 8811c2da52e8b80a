import { setTimeout as pause } from "node:timers/promises";
import { isObject } from "../../core/json.ts";
import { ActorsInCluster } from "../drain/cluster.ts";

const POLL_MS = 1_000;
/** The Job's own deadline is 30 minutes. */
const WAIT_MS = 31 * 60_000;

/** `asya redrive`: asks for it, and tells what became of it; exit status 1 where not everything was moved. */
export async function redriveCommand(actor: string, options: { namespace?: string }): Promise<void> {
  const cluster = new ActorsInCluster(options.namespace);
  const requestedAt = new Date().toISOString();
  await cluster.annotate(actor, "asya.sh/redrive", requestedAt);
  const deadlineMs = Date.now() + WAIT_MS;
  let said = "";
  while (Date.now() < deadlineMs) {
    const { redrive } = await cluster.status(actor);
    if (isObject(redrive) && redrive["requestedAt"] === requestedAt) {
      const line = `${String(redrive["state"])}: ${String(redrive["message"])}`;
      if (line !== said) console.log(line);
      said = line;
      if (redrive["state"] === "Succeeded") return;
      if (redrive["state"] === "Failed") break;
    }
    await pause(POLL_MS);
  }
  process.exitCode = 1;
}
