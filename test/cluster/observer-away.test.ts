import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Proxy } from "../conformance/servers/proxy.ts";
import { ApiServer, findCluster, kubectl } from "./cluster.ts";
import { isObserved, ObserverRights, RunningObserver } from "./observer-run.ts";

const cluster = findCluster();
const isThere = cluster !== undefined && !isObserved(cluster);

describe.skipIf(!isThere)("an observer whose API server goes away", () => {
  const namespace = `asya-observer-${randomBytes(4).toString("hex")}`;
  const actor = `/apis/asya.sh/v1alpha1/namespaces/${namespace}/asyncactors/a`;
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const folder = mkdtempSync(join(tmpdir(), "asya-observer-"));
  let api: ApiServer;
  let rights: ObserverRights;
  let proxy: Proxy;
  let observer: RunningObserver;

  beforeAll(async () => {
    if (cluster === undefined) return;
    kubectl(cluster, ["create", "namespace", namespace]);
    rights = new ObserverRights(cluster, namespace, folder);
    api = await ApiServer.open(cluster);
    await api.request("POST", actor.replace(/\/a$/, ""), ACTOR);
    await api.mergeStatus(actor, { scaledObjectRef: { name: "nowhere", namespace } });
    await api.request("POST", pods, POD);
    proxy = await toServer();
    observer = await RunningObserver.start(rights.through(proxy.port, folder), namespace, "one");
    await eventually(() => observer.said("leading"));
  }, 60_000);

  afterAll(async () => {
    await observer?.end("SIGKILL");
    await proxy?.close();
    api?.close();
    if (cluster === undefined) return;
    rights?.remove();
    kubectl(cluster, ["delete", "namespace", namespace, "--ignore-not-found"]);
    rmSync(folder, { recursive: true });
  }, 120_000);

  test("an actor whose ScaledObject is not there yet has no depth, and nobody complains", async () => {
    await eventually(async () => (await podsInStatus())?.total === 1 && (await observer.writes()) === 1);
    const { body } = await api.request("GET", actor);
    expect(body["status"]).not.toHaveProperty("queuedMessages");
    expect(warnings()).toEqual([]);
  }, 30_000);

  test("it stops working before another one may start, says what is wrong once, and goes on where it can", async () => {
    const port = proxy.port;
    await proxy.close();
    const cutAt = performance.now();
    await eventually(() => observer.said("the lease is lost: standing by"));
    expect(performance.now() - cutAt).toBeLessThan(15_000);
    const { message } = await api.mergeStatus(`${pods}/a-1`, BROKEN);
    expect(message).toBe("");
    const told = warnings().length;
    await pause(3_000);
    expect(warnings().length, "nothing is said twice").toBe(told);
    proxy = await toServer(port);
    await eventually(() => observer.log.filter(({ msg }) => msg === "leading").length === 2);
    await eventually(async () => (await podsInStatus())?.failing === 1);
    expect(await observer.end("SIGTERM")).toBe(0);
  }, 90_000);

  function toServer(at?: number): Promise<Proxy> {
    const { hostname, port } = rights.server;
    return Proxy.to(Number(port || 443), hostname, at);
  }

  async function podsInStatus(): Promise<{ total: number; failing: number } | undefined> {
    const { body } = await api.request("GET", actor);
    const status = body["status"] as { observed?: { pods: { total: number; failing: number } } } | undefined;
    return status?.observed?.pods;
  }

  function warnings(): string[] {
    return observer.log.filter(({ level }) => level === "warn").map(({ msg }) => msg);
  }
});

const CONTAINERS = [{ name: "asya-runtime", image: "team/handler:1" }];
/** Crossplane leaves a paused composite alone. */
const ACTOR = {
  apiVersion: "asya.sh/v1alpha1",
  kind: "AsyncActor",
  metadata: { name: "a", annotations: { "crossplane.io/paused": "true" } },
  spec: { transport: "rabbitmq", workload: { template: { spec: { containers: CONTAINERS } } } },
};
/** Nobody schedules it. */
const POD = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "a-1", labels: { "asya.sh/actor": "a" } },
  spec: { schedulerName: "nobody", containers: CONTAINERS },
};
const BROKEN = {
  phase: "Pending",
  containerStatuses: [
    {
      name: "asya-runtime",
      image: "",
      imageID: "",
      ready: false,
      restartCount: 0,
      state: { waiting: { reason: "ErrImagePull", message: "not found" } },
    },
  ],
};

async function eventually(holds: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${holds.toString()}`);
    await pause(200);
  }
}
