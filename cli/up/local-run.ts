import type { Environment } from "../../core/env.ts";
import { ActorProcesses } from "./actor-processes.ts";
import { openQueues, type TransportType } from "./broker.ts";
import { type Place, runtimeEnvironment, sidecarEnvironment } from "./environment.ts";
import type { Hop } from "./journey.ts";
import { Journeys } from "./journeys.ts";
import type { LocalActor } from "./local-actor.ts";
import { RequestError, serveReports } from "./reports-server.ts";
import { type Layout, logFile, makeSocketFolders, occupy, tellRunning } from "./state-folder.ts";
import { answerSend, type Send, sendEnvelope } from "./submission.ts";
import { interpreterFor, interpreterNamed } from "./virtual-environment.ts";
import { WatchedProcesses } from "./watched-processes.ts";

const GRACE_MS = 10_000;
const STILL_STARTING_MS = 5_000;

export interface LocalRunOptions {
  actors: readonly LocalActor[];
  layout: Layout;
  transport: TransportType;
  python: string;
  own: Environment;
  /** Told what a person should know, a line each. */
  say: (text: string) => void;
  /** Told of every hop of every envelope. */
  onHop: (hop: Hop) => void;
}

/** Actors that run on this machine. */
export interface LocalRun {
  send: Send;
  /** Handlers may finish for 10 s, until `hurry` aborts. Resolves when nothing runs any more. */
  stop(hurry?: AbortSignal): Promise<void>;
}

/**
 * Starts a runtime and a sidecar per actor, and waits until all are ready.
 *
 * @param cut - gives up waiting.
 * @throws {ActorFailed} with the actor's own last words; nothing runs then.
 */
export async function startLocalRun(options: LocalRunOptions, cut: AbortSignal): Promise<LocalRun> {
  const { layout, actors } = options;
  const occupied = occupy(layout);
  const closers: (() => unknown)[] = [() => occupied.release()];
  const close = async () => {
    for (const closer of closers.toReversed()) await closer();
  };
  try {
    const interpreters = await interpretersOf(options, cut);
    const sockets = makeSocketFolders(
      layout,
      actors.map(({ name }) => name),
    );
    closers.push(() => sockets.remove());
    const journeys = new Journeys(options.onHop);
    closers.push(() => journeys.close());
    let send: Send = async () => {
      throw new RequestError("the actors are still starting - try again in a moment");
    };
    const { server, url } = await serveReports({
      progress: (id, report) => journeys.progress(id, report),
      final: (id, report) => journeys.final(id, report),
      send: (body, response) => answerSend(send, body, response),
    });
    closers.push(() => {
      server.close();
      server.closeAllConnections();
    });
    const placeOf = (actor: string): Place => ({
      socketDir: sockets.folders.get(actor)!,
      gatewayUrl: url,
      transport:
        options.transport === "local" ? { type: "local", file: layout.queues } : { type: options.transport },
      resultsDir: layout.results,
      bytecodeDir: layout.bytecode,
      own: options.own,
    });
    const environments = new Map(
      actors.map((actor) => [actor.name, environmentsOf(actor, placeOf(actor.name))]),
    );
    tellNotes(actors, environments, options.say);
    const transport = await openQueues(
      options.transport,
      actors,
      [...environments.values()][0]!.sidecar.env,
      (problem) => options.say(`transport: ${problem.message}`),
    );
    closers.push(() => transport.close());
    const processes = new WatchedProcesses();
    const running: ActorProcesses[] = [];
    let hurry = new AbortController().signal;
    closers.push(() => {
      for (const each of running) each.stop();
      return processes.stop(GRACE_MS, hurry);
    });
    for (const actor of actors) {
      const interpreter = interpreters.get(actor.name)!;
      const log = logFile(layout, actor.name);
      const { runtime, sidecar } = environments.get(actor.name)!;
      running.push(
        new ActorProcesses({ processes, actor, interpreter, runtime, sidecar, log, say: options.say }),
      );
    }
    tellRunning(layout, { pid: process.pid, url });
    await allReady(running, options.say, cut);
    const names = actors.map(({ name }) => name);
    send = (body, onHop = () => {}) => sendEnvelope(body, { actors: names, transport, journeys, onHop });
    return {
      send,
      async stop(signal) {
        hurry = signal ?? hurry;
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** One after another: pip takes all of a machine. */
async function interpretersOf(
  { actors, python, say }: LocalRunOptions,
  cut: AbortSignal,
): Promise<Map<string, string>> {
  const interpreters = new Map<string, string>();
  const interpreter = await interpreterNamed(python);
  for (const { name, code, ofCrew } of actors) {
    // n.b. the crew needs its requirements only for a bucket.
    interpreters.set(name, ofCrew ? interpreter : await interpreterFor(code, interpreter, say, cut));
  }
  return interpreters;
}

function environmentsOf(actor: LocalActor, place: Place) {
  return {
    runtime: runtimeEnvironment(actor.runtimeEnv, place, actor.ofCrew),
    sidecar: sidecarEnvironment(actor.sidecarEnv, place),
  };
}

function tellNotes(
  actors: readonly LocalActor[],
  environments: ReadonlyMap<string, ReturnType<typeof environmentsOf>>,
  say: (text: string) => void,
): void {
  for (const { notes } of actors) for (const note of notes) say(note);
  const missing = actors.flatMap(({ name }) => {
    const { runtime, sidecar } = environments.get(name)!;
    return [...runtime.missing, ...sidecar.missing].map((variable) => ({ variable, name }));
  });
  for (const [variable, of] of Map.groupBy(missing, (each) => each.variable)) {
    const names = of.map(({ name }) => name).join(", ");
    say(
      `${variable} of ${names} comes from the cluster and is not set here - set it in your own environment if it is needed`,
    );
  }
}

async function allReady(running: readonly ActorProcesses[], say: (text: string) => void, cut: AbortSignal) {
  const failed = new AbortController();
  const waiting = new Set(running.map(({ name }) => name));
  const tell = setInterval(() => say(`still starting: ${[...waiting].join(", ")}`), STILL_STARTING_MS);
  try {
    const signal = AbortSignal.any([failed.signal, cut]);
    await Promise.all(
      running.map(async (actor) => {
        await actor.ready(signal);
        waiting.delete(actor.name);
      }),
    );
  } finally {
    failed.abort();
    clearInterval(tell);
  }
}
