import { kubectl } from "../../cluster/cluster.ts";
import type { ControlPlane } from "./control-plane.ts";
import { cpuSeconds } from "./process.ts";

/** What happened in a stretch of time. */
export interface Stretch {
  seconds: number;
  functionCalls: number;
  /** Requests to the API server that may write, by server-side apply and others, our own stand-ins' among them. */
  writeRequests: number;
  /** Crossplane's Events among them: it sends them off slowly, also long after what they tell. */
  eventWrites: number;
  /** Writes that changed something. */
  etcdWrites: number;
  cpuSeconds: { function: number; crossplane: number; apiServer: number; etcd: number };
}

/** Reads the servers' own counters, so that nothing is counted twice or by guess. */
export class Meter {
  readonly #plane: ControlPlane;

  constructor(plane: ControlPlane) {
    this.#plane = plane;
  }

  async during(work: () => Promise<void>): Promise<Stretch> {
    const before = await this.#read();
    const startedAt = performance.now();
    await work();
    const seconds = (performance.now() - startedAt) / 1_000;
    const after = await this.#read();
    const { cpuSeconds: cpu } = after;
    return {
      seconds,
      functionCalls: after.functionCalls - before.functionCalls,
      writeRequests: after.writeRequests - before.writeRequests,
      eventWrites: after.eventWrites - before.eventWrites,
      etcdWrites: after.etcdWrites - before.etcdWrites,
      cpuSeconds: {
        function: cpu.function - before.cpuSeconds.function,
        crossplane: cpu.crossplane - before.cpuSeconds.crossplane,
        apiServer: cpu.apiServer - before.cpuSeconds.apiServer,
        etcd: cpu.etcd - before.cpuSeconds.etcd,
      },
    };
  }

  async #read(): Promise<Omit<Stretch, "seconds">> {
    const { cluster, etcdUrl, etcd, apiServer } = this.#plane;
    const functionProcess = this.#plane.function;
    const ours = await page(`http://127.0.0.1:${functionProcess.metricsPort}/metrics`);
    const apiPage = kubectl(cluster, ["get", "--raw", "/metrics"]);
    return {
      functionCalls: sum(ours, /^asya_function_calls_total(\{.*\})? /),
      writeRequests: sum(apiPage, /^apiserver_request_total\{.*verb="(APPLY|PATCH|POST|PUT)".*\} /),
      eventWrites: sum(
        apiPage,
        /^apiserver_request_total\{.*resource="events".*verb="(APPLY|PATCH|POST|PUT)".*\} /,
        0,
      ),
      etcdWrites: sum(await page(`${etcdUrl}/metrics`), /^etcd_mvcc_put_total /),
      cpuSeconds: {
        function: cpuSeconds(functionProcess.child.pid),
        crossplane: this.#plane.crossplaneCpuSeconds,
        apiServer: apiServer.cpuSeconds,
        etcd: etcd.cpuSeconds,
      },
    };
  }
}

async function page(url: string): Promise<string> {
  return await (await fetch(url)).text();
}

/** @param absent - for a counter that appears with its first count. */
function sum(text: string, line: RegExp, absent?: number): number {
  const lines = text.split("\n").filter((one) => line.test(one));
  if (lines.length === 0 && absent === undefined) throw new Error(`no metric ${line.source}`);
  return lines.reduce((total, one) => total + Number(one.split(" ").at(-1)), absent ?? 0);
}
