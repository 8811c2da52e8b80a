import { constants } from "node:os";
import { InvalidArgumentError } from "commander";
import { durationMs } from "../../core/duration.ts";
import { DRAIN_ANNOTATION } from "../../core/names.ts";
import { ActorsInCluster } from "../drain/cluster.ts";
import { emptied } from "../drain/emptying.ts";
import { type ListedActor, named, sendersOf } from "../drain/senders.ts";

const POLL_MS = 2_000;

interface Options {
  namespace?: string;
  all?: boolean;
  selector?: string;
  timeout: string;
  resume?: boolean;
}

/**
 * `asya drain`: exit status 0 = each queue is empty, 1 = one is not or cannot be counted, 130 = Ctrl-C; what was asked for
 * stays until `--resume`.
 */
export async function drainCommand(actors: readonly string[], options: Options): Promise<void> {
  const timeoutMs = durationMs(options.timeout);
  if (timeoutMs === undefined)
    throw new InvalidArgumentError(`--timeout must be a duration such as 30m (got "${options.timeout}")`);
  const ways = [actors.length > 0, options.all === true, options.selector !== undefined];
  if (ways.filter(Boolean).length !== 1)
    throw new InvalidArgumentError("say which actors: their names, or --all, or --selector");
  const cluster = new ActorsInCluster(options.namespace);
  const there = await cluster.list();
  const chosen = options.selector === undefined ? there : await cluster.list(options.selector);
  const names = actors.length > 0 ? named(actors, there, cluster.namespace) : chosen.map(({ name }) => name);
  if (names.length === 0) console.error(`namespace ${cluster.namespace} has no such AsyncActors`);
  else if (options.resume === true) await resume(cluster, names);
  else await drain(cluster, names, there, timeoutMs);
}

async function resume(cluster: ActorsInCluster, names: readonly string[]): Promise<void> {
  for (const name of names) await cluster.annotate(name, DRAIN_ANNOTATION, null);
  console.error(`no longer draining: ${names.join(", ")}`);
}

async function drain(
  cluster: ActorsInCluster,
  names: readonly string[],
  there: readonly ListedActor[],
  timeoutMs: number,
): Promise<void> {
  const stop = new AbortController();
  let stoppedBy: "SIGINT" | "SIGTERM" | undefined;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // n.b. npm passes Ctrl-C on, so the same one may come twice.
    process.on(signal, () => {
      stoppedBy ??= signal;
      stop.abort();
    });
  }
  for (const name of names) await cluster.annotate(name, DRAIN_ANNOTATION, "true");
  const { declared, open } = sendersOf(names, there);
  if (declared.length > 0) console.error(`may still send to them (access.sendTo): ${declared.join(", ")}`);
  if (open.length > 0) console.error(`may send to any actor (no access.sendTo): ${open.join(", ")}`);
  console.error("who sends from outside the cluster cannot be known here");
  const wait = { timeoutMs, pollMs: POLL_MS, stop: stop.signal };
  const left = await emptied(names, (name) => cluster.count(name), console.log, wait);
  if (left.length === 0) return;
  const why =
    stoppedBy === undefined ? "not known to be empty" : `stopped by ${stoppedBy} before these were empty`;
  console.error(`${why}: ${left.join(", ")}; all stay in draining: run this again,`);
  console.error(`or take it back: asya drain --resume -n ${cluster.namespace} ${names.join(" ")}`);
  process.exitCode = stoppedBy === undefined ? 1 : 128 + constants.signals[stoppedBy];
}
