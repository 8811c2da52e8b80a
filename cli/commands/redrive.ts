import { setTimeout as pause } from "node:timers/promises";
import { isObject } from "../../core/json.ts";
import { REDRIVE_ANNOTATION } from "../../core/names.ts";
import { ActorsInCluster } from "../drain/cluster.ts";

const POLL_MS = 1_000;
/** The Job's own deadline is 30 minutes. */
const WAIT_MS = 31 * 60_000;

/** `asya redrive`: asks for it, and tells what became of it; exit status 1 where not everything was moved. */
export async function redriveCommand(actor: string, options: { namespace?: string }): Promise<void> {
  const cluster = new ActorsInCluster(options.namespace);
  const requestedAt = new Date().toISOString();
  await cluster.annotate(actor, REDRIVE_ANNOTATION, requestedAt);
  console.error(`asked for at ${requestedAt}; it goes on without this command, and status.redrive tells how`);
  const deadlineMs = Date.now() + WAIT_MS;
  let said = "";
  while (Date.now() < deadlineMs) {
    const { state, line } = await told(cluster, actor, requestedAt);
    if (line !== said) console.log(line);
    said = line;
    if (state === "Succeeded") return;
    if (state === "Failed") break;
    await pause(POLL_MS);
  }
  process.exitCode = 1;
}

/** A request that fails once must not end a wait of many minutes. */
async function told(
  cluster: ActorsInCluster,
  actor: string,
  requestedAt: string,
): Promise<{ state?: unknown; line: string }> {
  try {
    const { redrive } = await cluster.status(actor);
    if (!isObject(redrive) || redrive["requestedAt"] !== requestedAt)
      return { line: "the composition function has not answered yet" };
    return {
      state: redrive["state"],
      line: `${String(redrive["state"])}: ${String(redrive["message"])}`,
    };
  } catch (error) {
    return {
      line: `cannot be seen now: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}
