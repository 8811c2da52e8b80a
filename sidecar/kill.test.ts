import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { Bed } from "../test/sidecar/bed.ts";
import type { Program } from "../test/sidecar/pods.ts";

let bed: Bed;
afterEach(() => bed.close());

const HANDLERS = `
import time

def work(payload):
    time.sleep(0.002)
    return payload
`;
const MESSAGES = 1_000;

test(
  "kill -9 of sidecars and runtimes loses nothing; what came twice is recognisable by id and origin",
  { timeout: 60_000 },
  async () => {
    bed = new Bed(HANDLERS, "a", "b");
    for (const actor of ["a", "b"]) bed.broker.declare(actor, { leaseMs: 500, maxDeliveries: 1_000 });
    const route = { actors: ["a", "b"], current: 0 };
    const runtimes: Record<string, Program> = { a: bed.runtime("a", "work"), b: bed.runtime("b", "work") };
    const sidecars: Record<string, Program> = { a: await bed.sidecar("a"), b: await bed.sidecar("b") };
    for (let n = 0; n < MESSAGES; n++) await bed.send("a", { id: `e${n}`, route, payload: { n } });
    const done = new AbortController();
    const killing = (async () => {
      for (let round = 0; round < 12 && !done.signal.aborted; round++) {
        await sleep(150);
        const actor = round % 2 === 0 ? "a" : "b";
        if (round % 3 === 0) {
          await runtimes[actor]!.kill("SIGKILL");
          runtimes[actor] = bed.runtime(actor, "work");
        } else {
          await sidecars[actor]!.kill("SIGKILL");
          sidecars[actor] = await bed.sidecar(actor);
        }
      }
    })();
    const seen = new Map<number, string>();
    while (seen.size < MESSAGES) {
      const { id, headers, payload } = await bed.receive("happy-end");
      const { n } = payload as { n: number };
      const identity = `${id} ${headers?.["asya-origin"]}`;
      expect(seen.get(n) ?? identity).toBe(identity);
      seen.set(n, identity);
    }
    done.abort();
    await killing;
    expect(new Set(seen.values()).size).toBe(MESSAGES);
    expect(bed.broker.depth("asya-error-end")).toEqual({ ready: 0, hidden: 0 });
  },
);
