import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createVitalsServer, listenOn } from "../../sidecar/http-server.ts";
import { createMetrics } from "../../sidecar/metrics.ts";
import { ApiServer, findCluster, kubectl } from "./cluster.ts";
import { isObserved, ObserverRights, RunningObserver } from "./observer-run.ts";

const cluster = findCluster();
const served = cluster === undefined ? "" : kubectl(cluster, ["api-resources", "--no-headers", "-o", "name"]);
const isThere = cluster !== undefined && !isObserved(cluster);
const hasKeda = served.includes("scaledobjects.keda.sh");

interface Status {
  observed?: {
    at: string;
    queue?: { depth: number };
    pods: { total: number; ready: number; problems: { state: string; message: string }[] };
  };
  queuedMessages?: number;
  processingMessages?: number;
}

describe.skipIf(!isThere)("the observer on a real API server, with the rights of observer/rbac.yaml", () => {
  const namespace = `asya-observer-${randomBytes(4).toString("hex")}`;
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const actors = `/apis/asya.sh/v1alpha1/namespaces/${namespace}/asyncactors`;
  const lease = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/asya-observer`;
  const folder = mkdtempSync(join(tmpdir(), "asya-observer-"));
  const sidecar = createMetrics("asya_actor", []);
  const running: RunningObserver[] = [];
  let api: ApiServer;
  let rights: ObserverRights;
  let sidecarServer: Server;

  beforeAll(async () => {
    if (cluster === undefined) return;
    kubectl(cluster, ["create", "namespace", namespace]);
    rights = new ObserverRights(cluster, namespace, folder);
    api = await ApiServer.open(cluster);
    sidecarServer = createVitalsServer({ registry: sidecar.registry, notReady: () => undefined });
    const port = await listenOn(sidecarServer, { host: "127.0.0.1", port: 0 });
    for (const name of ["quiet", "busy"]) await made(actors, pausedActor(name));
    if (hasKeda) await scaleByPods();
    await made(pods, pod("quiet-1", "quiet", port));
    await runs("quiet-1");
    await made(pods, pod("busy-1", "busy", port));
  }, 60_000);

  afterAll(async () => {
    for (const observer of running) await observer.end("SIGKILL");
    api?.close();
    sidecarServer?.close();
    if (cluster === undefined) return;
    rights?.remove();
    kubectl(cluster, ["delete", "namespace", namespace, "--ignore-not-found"]);
    rmSync(folder, { recursive: true });
  }, 120_000);

  test("it says what pods suffer from, how deep the queue is and how many messages are in hand", async () => {
    sidecar.active.set(3);
    await breaks("busy-1", "CreateContainerConfigError", 'secret "nope" not found');
    const observer = await start("one");
    const quiet = await until("quiet", ({ processingMessages }) => processingMessages !== undefined);
    expect(quiet).toMatchObject({
      processingMessages: 3,
      observed: { pods: { total: 1, ready: 1, problems: [] } },
    });
    const busy = await until("busy", ({ observed }) => observed !== undefined);
    expect(busy.observed?.pods.problems).toEqual([
      {
        state: "ConfigError",
        count: 1,
        pod: "busy-1",
        container: "asya-runtime",
        message: expect.stringContaining('secret "nope" not found'),
      },
    ]);
    if (hasKeda) {
      const deep = await until("quiet", ({ queuedMessages }) => queuedMessages !== undefined);
      expect(deep).toMatchObject({ queuedMessages: 2, observed: { queue: { depth: 2 } } });
    }
    expect(await observer.page("/ready")).toBe("OK");
    expect(await managers("quiet")).toEqual([["asya-observer", "Apply", "status"]]);
  }, 60_000);

  test("however often pods change, an actor is written at most once in 15 s", async () => {
    const [observer] = running;
    const before = await observer!.writes();
    const startedAt = performance.now();
    for (let round = 0; performance.now() - startedAt < 31_000; round++) {
      await breaks("busy-1", "ErrImagePull", `not found ${round}`);
      await pause(400);
    }
    const writes = (await observer!.writes()) - before;
    expect(writes).toBeGreaterThanOrEqual(2);
    expect(writes).toBeLessThanOrEqual(3);
  }, 60_000);

  test("a second one stands by, and after a kill -9 takes over and goes on where the first one stopped", async () => {
    const settled = await until(
      "busy",
      ({ observed }) => observed?.pods.problems[0]?.state === "ImagePullError",
    );
    const second = await start("two", "standing by");
    expect(await second.page("/ready")).toBe("OK");
    await running[0]!.end("SIGKILL");
    const quiet = await version("quiet");
    await eventually(() => second.said("leading"), 25_000);
    await breaks("busy-1", "CrashLoopBackOff", "");
    const after = await until("busy", ({ observed }) => observed?.pods.problems[0]?.state === "RuntimeError");
    expect(Date.parse(after.observed!.at) - Date.parse(settled.observed!.at)).toBeGreaterThanOrEqual(14_000);
    expect(await version("quiet"), "nothing changed, so nothing is written").toBe(quiet);
  }, 60_000);

  test("at SIGTERM it gives the lease back and exits 0; what happens meanwhile is seen by the next one; what is gone goes", async () => {
    expect(await running[1]!.end("SIGTERM")).toBe(0);
    const { body } = await api.request("GET", lease);
    expect(body).toMatchObject({ spec: { holderIdentity: "" } });
    await api.request("DELETE", `${pods}/quiet-1?gracePeriodSeconds=0`);
    const startedAt = performance.now();
    const third = await start("three");
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    const quiet = await until("quiet", ({ observed }) => observed?.pods.total === 0);
    expect(quiet.processingMessages).toBeUndefined();
    await third.end("SIGTERM");
    const problems = running.flatMap(({ log }) => log.filter(({ level }) => level !== "info"));
    expect(problems, "nothing was refused, nothing failed").toEqual([]);
  }, 60_000);

  async function start(name: string, as: "leading" | "standing by" = "leading"): Promise<RunningObserver> {
    const observer = await RunningObserver.start(rights.kubeconfig, namespace, name);
    running.push(observer);
    await eventually(() => observer.said(as === "leading" ? "leading" : "started"), 20_000);
    return observer;
  }

  async function made(path: string, object: object): Promise<void> {
    const answer = await api.request("POST", path, object);
    expect(answer.message).toBe("");
  }

  async function statusOf(actor: string): Promise<Status> {
    const { body } = await api.request("GET", `${actors}/${actor}`);
    return body["status"] ?? {};
  }

  async function until(actor: string, holds: (status: Status) => boolean): Promise<Status> {
    let status: Status = {};
    await eventually(async () => holds((status = await statusOf(actor))), 40_000);
    return status;
  }

  async function version(actor: string): Promise<unknown> {
    const { body } = await api.request("GET", `${actors}/${actor}`);
    return (body["metadata"] as Record<string, unknown>)["resourceVersion"];
  }

  /** Who owns the observer's fields. */
  async function managers(actor: string): Promise<unknown[]> {
    const { body } = await api.request("GET", `${actors}/${actor}`);
    const { managedFields } = body["metadata"] as { managedFields: Record<string, unknown>[] };
    return managedFields
      .filter(({ fieldsV1 }) => JSON.stringify(fieldsV1).includes("f:processingMessages"))
      .map(({ manager, operation, subresource }) => [manager, operation, subresource]);
  }

  /** No kubelet has the pods of this test, so their status is what a kubelet wrote elsewhere. */
  async function breaks(name: string, reason: string, message: string): Promise<void> {
    await writeStatus(name, {
      phase: "Pending",
      conditions: [{ type: "Ready", status: "False" }],
      containerStatuses: [containerStatus("asya-runtime", { waiting: { reason, message } })],
    });
  }

  async function runs(name: string): Promise<void> {
    const ready = { ready: true, started: true };
    await writeStatus(name, {
      phase: "Running",
      podIP: "127.0.0.1",
      podIPs: [{ ip: "127.0.0.1" }],
      conditions: [{ type: "Ready", status: "True" }],
      containerStatuses: ["asya-runtime", "asya-sidecar"].map((container) => ({
        ...containerStatus(container, { running: { startedAt: "2026-11-25T12:00:00Z" } }),
        ...ready,
      })),
    });
  }

  async function writeStatus(name: string, status: object): Promise<void> {
    const answer = await api.mergeStatus(`${pods}/${name}`, status);
    expect(answer.message).toBe("");
  }

  /** A ScaledObject whose depth is known: the number of pods with a label. */
  async function scaleByPods(): Promise<void> {
    const labels = { counted: namespace };
    for (const name of ["counted-1", "counted-2"]) {
      const { spec } = pod(name, "nobody", 1);
      await made(pods, { apiVersion: "v1", kind: "Pod", metadata: { name, labels }, spec });
    }
    const template = { metadata: { labels: { app: "target" } }, spec: pod("target", "nobody", 1).spec };
    await made(`/apis/apps/v1/namespaces/${namespace}/deployments`, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "target" },
      spec: { replicas: 0, selector: { matchLabels: { app: "target" } }, template },
    });
    const metadata = { podSelector: `counted=${namespace}`, value: "5" };
    await made(`/apis/keda.sh/v1alpha1/namespaces/${namespace}/scaledobjects`, {
      apiVersion: "keda.sh/v1alpha1",
      kind: "ScaledObject",
      metadata: { name: "quiet" },
      spec: {
        scaleTargetRef: { name: "target" },
        maxReplicaCount: 1,
        triggers: [{ type: "kubernetes-workload", metadata }],
      },
    });
    const reference = { name: "quiet", namespace };
    await api.mergeStatus(`${actors}/quiet`, { scaledObjectRef: reference });
  }
});

/** Crossplane leaves a paused composite alone. */
function pausedActor(name: string): object {
  const containers = [{ name: "asya-runtime", image: "team/handler:1" }];
  return {
    apiVersion: "asya.sh/v1alpha1",
    kind: "AsyncActor",
    metadata: { name, annotations: { "crossplane.io/paused": "true" } },
    spec: { transport: "rabbitmq", workload: { template: { spec: { containers } } } },
  };
}

/** Nobody schedules it. */
function pod(name: string, actor: string, port: number) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { "asya.sh/actor": actor } },
    spec: {
      schedulerName: "nobody",
      containers: [
        { name: "asya-runtime", image: "team/handler:1" },
        {
          name: "asya-sidecar",
          image: "asya/sidecar:1",
          ports: [{ name: "asya-metrics", containerPort: port }],
        },
      ],
    },
  };
}

function containerStatus(name: string, state: object) {
  return { name, image: "", imageID: "", ready: false, restartCount: 0, state };
}

async function eventually(holds: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${holds.toString()}`);
    await pause(200);
  }
}
