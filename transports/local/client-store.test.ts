import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import { LocalStore } from "./client-store.ts";

const SETTINGS = { leaseMs: 1_000, maxDeliveries: 2 };

test("many may open the same new file at the same moment, and every message is taken once", async () => {
  const file = join(folder(), "queues.db");
  const start = new Int32Array(new SharedArrayBuffer(4));
  const takers = Array.from({ length: 4 }, (_, index) => opened({ file, start, index }));
  Atomics.store(start, 0, 1);
  Atomics.notify(start, 0);
  const taken = (await Promise.all(takers)).flat();
  expect(taken.sort()).toEqual(
    [0, 1, 2, 3].flatMap((index) => Array.from({ length: 25 }, (_, n) => `${index}-${n}`)).sort(),
  );
});

test("a file that is no queue file is refused at once", () => {
  const file = join(folder(), "notes.txt");
  writeFileSync(file, "these are my notes, and they are long enough to be no empty database\n".repeat(20));
  const startedAt = Date.now();
  expect(() => new LocalStore(file)).toThrow("file is not a database");
  expect(Date.now() - startedAt).toBeLessThan(1_000);
});

test("whoever's lease has ended can neither ack nor extend once another has the message", () => {
  const store = memory();
  store.declare("q", "q-dlq", SETTINGS);
  store.put("q", Buffer.from("x"), 0);
  const [first] = store.take("q", 1, 0);
  expect(store.take("q", 1, 999)).toEqual([]);
  const [second] = store.take("q", 1, 1_000);
  expect([first?.delivery, second?.delivery]).toEqual([1, 2]);
  expect([store.ack(first!), store.hide(first!, 5_000)]).toEqual([false, false]);
  expect(store.ack(second!)).toBe(true);
});

test("after its deliveries a message lies whole in the dead letters, and stays there", () => {
  const store = memory();
  store.declare("q", "q-dlq", SETTINGS);
  store.put("q", Buffer.from("poison"), 0);
  for (const now of [0, 1_000]) expect(store.take("q", 1, now)).toHaveLength(1);
  expect(store.take("q", 1, 2_000)).toEqual([]);
  expect(store.depth("q", 2_000)).toEqual({ ready: 0, hidden: 0 });
  const bodies = [2_000, 10_000, 20_000, 30_000].flatMap((now) => store.take("q-dlq", 1, now));
  expect(bodies.map(({ body }) => Buffer.from(body).toString())).toEqual(Array(4).fill("poison"));
});

test("worn messages do not stand in the way of fresh ones", () => {
  const store = memory();
  store.declare("q", "q-dlq", SETTINGS);
  for (let n = 0; n < 5; n++) store.put("q", Buffer.from(`worn ${n}`), 0);
  for (const now of [0, 1_000]) expect(store.take("q", 5, now)).toHaveLength(5);
  store.put("q", Buffer.from("fresh"), 2_000);
  const bodies = store.take("q", 2, 2_000).map(({ body }) => Buffer.from(body).toString());
  expect(bodies).toEqual(["fresh"]);
  expect(store.depth("q-dlq", 2_000)).toEqual({ ready: 5, hidden: 0 });
});

test("taking one message costs no more where many others wait", () => {
  const millisecondsOf = (waiting: number) => {
    const store = memory();
    store.declare("q", "q-dlq", SETTINGS);
    for (let n = 0; n < waiting; n++) store.put("q", Buffer.from("x"), 0);
    const startedAt = performance.now();
    for (let n = 0; n < 50; n++) store.take("q", 1, 0);
    return performance.now() - startedAt;
  };
  expect(millisecondsOf(20_000)).toBeLessThan(10 * millisecondsOf(100) + 50);
});

test("a queue that is declared again keeps its messages and takes the new settings", () => {
  const store = memory();
  store.declare("q", "q-dlq", SETTINGS);
  store.put("q", Buffer.from("x"), 0);
  store.declare("q", "q-dlq", { leaseMs: 9_000, maxDeliveries: 7 });
  expect(store.settings("q")).toEqual({ leaseMs: 9_000, maxDeliveries: 7 });
  expect(store.depth("q", 0)).toEqual({ ready: 1, hidden: 0 });
});

function memory(): LocalStore {
  const store = new LocalStore(undefined);
  onTestFinished(() => store.close());
  return store;
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "asya-store-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** A thread that waits for `start`, opens the file, puts 25 messages and takes until all 100 are gone. */
async function opened(data: { file: string; start: Int32Array; index: number }): Promise<string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<string[]>();
  const url = JSON.stringify(new URL("client-store.ts", import.meta.url).href);
  const code = `
    import { parentPort, workerData } from "node:worker_threads";
    const { LocalStore } = await import(${url});
    const { file, start, index } = workerData;
    Atomics.wait(start, 0, 0);
    const store = new LocalStore(file);
    store.declare("q", "q-dlq", { leaseMs: 60_000, maxDeliveries: 9 });
    for (let n = 0; n < 25; n++) store.put("q", Buffer.from(index + "-" + n), 0);
    const taken = [];
    for (let idle = 0; idle < 50; ) {
      const messages = store.take("q", 3, Date.now());
      idle = messages.length === 0 ? idle + 1 : 0;
      for (const message of messages) if (store.ack(message)) taken.push(Buffer.from(message.body).toString());
    }
    store.close();
    parentPort.postMessage(taken);`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
    workerData: data,
  });
  worker.once("message", resolve);
  worker.once("error", reject);
  return await promise;
}
