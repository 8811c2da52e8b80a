import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { KubeConfig } from "@kubernetes/client-node";
import { pino, stdTimeFunctions, type Logger } from "pino";
import type { Environment } from "../core/env.ts";
import { Api } from "./api.ts";
import { createVitalsServer, listenOn } from "./http-server.ts";
import { Leader } from "./leader.ts";
import type { LookRules } from "./look.ts";
import { createMetrics } from "./metrics.ts";
import { Observer } from "./observer.ts";
import { Problems } from "./problems.ts";
import { readSettings, type Settings } from "./settings.ts";

const IDLE_FACTOR = 4;
const CONFIRM_EVERY_MS = 10 * 60_000;

/** Looks after actors until the first SIGTERM or SIGINT. */
export async function serve(env: Environment): Promise<void> {
  const stopping = stopSignal();
  const settings = readSettings(env);
  const log = createLogger(settings);
  const config = new KubeConfig();
  config.loadFromDefault();
  const api = new Api(config);
  const metrics = createMetrics();
  const problems = new Problems(log);
  const election = {
    name: settings.leaseName,
    namespace:
      settings.leaseNamespace ?? config.getContextObject(config.getCurrentContext())?.namespace ?? "default",
    me: settings.podName ?? `${hostname()}-${randomBytes(4).toString("hex")}`,
  };
  const leader = new Leader(api, election, problems, log);
  let observer: Observer | undefined = undefined;
  const vitals = createVitalsServer(metrics.registry, () => notReady(leader, observer, problems));
  try {
    const port = await listenOn(vitals, settings.metricsAddress);
    // n.b. the tests read the port from this line.
    log.info({ port, watched: settings.watchNamespace ?? "all namespaces", election }, "started");
    await leader.run(async (signal) => {
      const { watchNamespace: namespace } = settings;
      observer = new Observer({ config, api, problems, metrics, namespace, rules: rulesOf(settings) });
      metrics.leading(true);
      await observer.run(signal).finally(() => metrics.leading(false));
      observer = undefined;
    }, stopping);
    log.info("stopped");
  } finally {
    api.close();
    vitals.close();
    vitals.closeAllConnections();
  }
}

function rulesOf({ intervalMs, asks }: Settings): LookRules {
  return {
    intervalMs,
    slightIntervalMs: intervalMs * IDLE_FACTOR,
    idleIntervalMs: intervalMs * IDLE_FACTOR,
    confirmEveryMs: CONFIRM_EVERY_MS,
    asks,
  };
}

/** One that stands by is ready: it takes over when it must. */
function notReady(leader: Leader, observer: Observer | undefined, problems: Problems): string | undefined {
  if (!leader.leading || observer?.synced === true) return undefined;
  return problems.messages.join("\n") || "actors and pods are being read";
}

function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stopping.abort());
  return stopping.signal;
}

function createLogger({ logLevel }: Settings): Logger {
  return pino({
    level: logLevel,
    base: { name: "asya-observer" },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
