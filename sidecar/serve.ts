import { pino, stdTimeFunctions, type Logger } from "pino";
import type { Environment } from "../core/env.ts";
import { queueName } from "../core/names.ts";
import { connectTransport } from "../transports/clients.ts";
import type { MessageTransport } from "../transports/messages.ts";
import { GatewayClient } from "./gateway-client.ts";
import { Handler } from "./handle.ts";
import { createVitalsServer, listenOn } from "./http-server.ts";
import { Loop } from "./loop.ts";
import { createMetrics } from "./metrics.ts";
import type { Policy } from "./next-steps.ts";
import { AdaptivePrefetch } from "./prefetch.ts";
import { Reports } from "./reports.ts";
import { RuntimeClient } from "./runtime-client.ts";
import { Scheduler } from "./scheduler.ts";
import { Sender } from "./sender.ts";
import { readSettings, type Settings } from "./settings.ts";

const REPORTS_GRACE_MS = 2_000;
const MAX_PREFETCH = 500;

/** Moves messages until the first SIGTERM or SIGINT; the second one cuts off handlers too. */
export async function serve(env: Environment): Promise<void> {
  const stopAsked = stopSignals();
  const settings = readSettings(env);
  const log = createLogger(settings);
  const transport = await connectTransport(env, {
    actor: settings.actor,
    onProblem: (problem) => log.warn({ reason: problem.message }, "transport"),
  });
  const sidecar = assemble(settings, transport, log);
  try {
    const port = await listenOn(sidecar.vitals, settings.metricsAddress);
    const { transport: transportName } = settings;
    // n.b. `asya up` and the tests read the port from this line.
    log.info({ port, transport: transportName }, "started");
    void stopAsked.first.then((signal) => {
      log.info(
        { signal, inHand: sidecar.loop.inHand },
        "stopping: what runs is finished, the rest goes back",
      );
      sidecar.stop();
    });
    void stopAsked.second.then(() => sidecar.runtime.close());
    await sidecar.loop.run();
    log.info("stopped");
  } finally {
    await sidecar.close();
  }
}

export function assemble(settings: Settings, transport: MessageTransport, log: Logger) {
  const metrics = createMetrics(settings.metricsNamespace, settings.customMetrics);
  const stopping = new AbortController();
  let loop: Loop | undefined = undefined;
  const { socketDir: folder, socketName, maxFrameBytes, concurrency } = settings;
  const runtime = new RuntimeClient({ folder, socketName, maxFrameBytes, concurrency }, (isReady) => {
    log.info(isReady ? "the runtime is ready" : "the runtime is not there (yet)");
    loop?.runtimeChanged(isReady);
  });
  const scheduler = new Scheduler(runtime, {
    concurrency,
    batch: { maxSize: settings.batchMaxSize, maxWaitMs: settings.batchMaxWaitMs },
    timeoutMs: settings.runtimeTimeoutMs,
    maxFrameBytes,
  });
  const { gatewayUrl } = settings;
  const reports = gatewayUrl && new Reports(new GatewayClient(gatewayUrl), log);
  const sender = new Sender({
    transport,
    transportName: settings.transport,
    maxAttempts: settings.queueRetryMaxAttempts,
    backoffMs: settings.queueRetryBackoffMs,
    metrics,
    log,
    stopping: stopping.signal,
  });
  const prefetch = new AdaptivePrefetch({
    parallel: settings.concurrency * settings.batchMaxSize,
    max: MAX_PREFETCH,
  });
  transport.setPrefetch(prefetch.current);
  const handler = new Handler({
    policy: policyOf(settings, transport),
    isEndActor: settings.isEndActor,
    transport,
    scheduler,
    sender,
    reports,
    metrics,
    log,
    onAttempt(durationMs) {
      const wanted = prefetch.observe(durationMs);
      if (wanted !== undefined) transport.setPrefetch(wanted);
    },
  });
  const queue = queueName(settings.actor);
  const transportName = settings.transport;
  loop = new Loop({ queue, transportName, transport, runtime, scheduler, handler, metrics, log });
  const vitals = createVitalsServer({
    registry: settings.metricsEnabled ? metrics.registry : undefined,
    notReady() {
      if (stopping.signal.aborted) return "stopping";
      if (!runtime.isReady) return "the runtime is not ready";
      return transport.connected() ? undefined : "the transport is not connected";
    },
  });
  return {
    loop,
    runtime,
    vitals,
    stop() {
      stopping.abort();
      reports?.hurry();
      loop.stop();
    },
    async close() {
      runtime.close();
      await transport.close();
      await reports?.stop(REPORTS_GRACE_MS);
      vitals.close();
      vitals.closeAllConnections();
    },
  };
}

function policyOf(settings: Settings, transport: MessageTransport): Policy {
  const { actor, happyEnd, errorEnd, sendTo } = settings;
  return {
    actor,
    happyEnd,
    errorEnd,
    sendTo: sendTo && new Set(sendTo),
    retry: {
      maxAttempts: settings.retryMaxAttempts,
      initialDelayMs: settings.retryInitialDelayMs,
      maxDelayMs: settings.retryMaxDelayMs,
      backoff: settings.retryBackoff,
      nonRetryable: settings.retryNonRetryable ?? [],
    },
    // n.b. a transport may learn its limit from its broker.
    get maxMessageBytes() {
      return transport.maxMessageBytes;
    },
  };
}

function createLogger({ logLevel, actor, namespace }: Settings): Logger {
  return pino({
    level: logLevel,
    base: { name: "asya-sidecar", actor, ...(namespace === undefined ? {} : { namespace }) },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}

function stopSignals(): { first: Promise<NodeJS.Signals>; second: Promise<void> } {
  const first = Promise.withResolvers<NodeJS.Signals>();
  const second = Promise.withResolvers<void>();
  let asked = 0;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => (++asked === 1 ? first.resolve(signal) : second.resolve()));
  }
  return { first: first.promise, second: second.promise };
}
