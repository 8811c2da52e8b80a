import { setTimeout as pause } from "node:timers/promises";
import { durationMs } from "../../core/duration.ts";
import { ActorsInCluster } from "../drain/cluster.ts";
import { sendersOf } from "../drain/senders.ts";

const DRAIN = "asya.sh/drain";
const POLL_MS = 2_000;
/** A message may be on its way between two queues. */
const EMPTY_READS = 3;

interface Options {
  namespace?: string;
  timeout: string;
  resume?: boolean;
}

/** `asya drain`: exit status 0 = each queue is empty, 1 = time is up; what was asked for stays until `--resume`. */
export async function drainCommand(names: readonly string[], options: Options): Promise<void> {
  const timeoutMs = durationMs(options.timeout);
  if (timeoutMs === undefined)
    throw new Error(`--timeout must be a duration such as 30m (got "${options.timeout}")`);
  const cluster = new ActorsInCluster(options.namespace);
  if (options.resume === true) {
    for (const name of names) await cluster.annotate(name, DRAIN, null);
    console.error(`no longer draining: ${names.join(", ")}`);
    return;
  }
  const { declared, open } = sendersOf(names, await cluster.list());
  for (const name of names) await cluster.annotate(name, DRAIN, "true");
  if (declared.length > 0) console.error(`may still send to them (access.sendTo): ${declared.join(", ")}`);
  if (open.length > 0) console.error(`may send to any actor (no access.sendTo): ${open.join(", ")}`);
  console.error("who sends from outside the cluster cannot be known here");
  const left = await emptied(cluster, names, Date.now() + timeoutMs);
  if (left.length === 0) return;
  console.error(
    `not empty after ${options.timeout}: ${left.join(", ")}; they are still draining: run this again,`,
  );
  console.error(`or take it back: asya drain --resume -n ${cluster.namespace} ${names.join(" ")}`);
  process.exitCode = 1;
}

/** Those that are not empty when time is up. */
async function emptied(
  cluster: ActorsInCluster,
  names: readonly string[],
  deadlineMs: number,
): Promise<string[]> {
  const said = new Map<string, string>();
  const empty = new Map<string, number>();
  for (;;) {
    for (const name of names) {
      const depth = await cluster.depth(name);
      empty.set(name, depth === 0 ? (empty.get(name) ?? 0) + 1 : 0);
      const line = depth === undefined ? "KEDA does not count its messages" : `${depth} messages left`;
      if (said.get(name) !== line) console.log(`${name}: ${line}`);
      said.set(name, line);
    }
    const left = names.filter((name) => (empty.get(name) ?? 0) < EMPTY_READS);
    if (left.length === 0 || Date.now() + POLL_MS > deadlineMs) return left;
    await pause(POLL_MS);
  }
}
