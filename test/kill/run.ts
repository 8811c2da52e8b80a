import { setTimeout as sleep } from "node:timers/promises";
import type { MessageTransport } from "../../transports/messages.ts";
import type { Arrival } from "../journeys/arrivals.ts";
import type { Broker } from "./brokers.ts";
import { type Container, Containers } from "./containers.ts";
import { type Ending, Ledger } from "./ledger.ts";
import { randomFrom } from "./random.ts";
import { renderPods } from "./rendered.ts";

export interface Plan {
  messages: number;
  kills: number;
  seed: number;
  withinMs: number;
}

const ROUTE = ["first", "second", "third"];
const END_ACTORS = ["happy-end", "error-end"];

const HANDLERS = `
import time

def work(payload):
    time.sleep(0.001)
    return payload
`;
/** After the wanted progress: a kill falls anywhere between two messages. */
const MAX_WAIT_MS = 50;

/** Sends messages through three actors while their containers are killed, until each message has arrived somewhere. */
export async function killRun(broker: Broker, plan: Plan, tell: (line: string) => void = () => {}) {
  const pods = renderPods(broker, [...ROUTE, ...END_ACTORS], { timeout: { processing: 10 } });
  await broker.declare(pods.flatMap(({ objects }) => objects));
  const containers = await Containers.of(pods, HANDLERS);
  const sender = await broker.connect({ actor: undefined });
  const arrivals = new Ledger();
  const progress = new Progress(arrivals);
  const receivers = await Promise.all(
    SOURCES.map(async ([queue, ending]) => {
      const transport = await broker.connect({ actor: queue });
      return { transport, done: collect(transport, (arrival) => progress.record(ending, arrival)) };
    }),
  );
  const timer = setTimeout(() => progress.giveUp(), plan.withinMs);
  const startedAt = performance.now();
  try {
    await Promise.all(
      ROUTE.flatMap((actor) => [containers.start(actor, "runtime"), containers.start(actor, "sidecar")]),
    );
    await Promise.all([
      feed(sender, broker.window, plan.messages, progress),
      killAll(containers, plan, progress, tell),
    ]);
    await progress.reaches(plan.messages);
    return {
      ...arrivals.summary(plan.messages),
      seconds: (performance.now() - startedAt) / 1_000,
      said: containers.lastLines(),
    };
  } finally {
    clearTimeout(timer);
    await containers.stop();
    await Promise.all([sender.close(), ...receivers.map(({ transport }) => transport.close())]);
    await Promise.all(receivers.map(({ done }) => done));
  }
}

const SOURCES: readonly (readonly [string, Ending])[] = [
  ["happy-end", "happy-end"],
  ["error-end", "error-end"],
  ...ROUTE.map((actor) => [`${actor}-dlq`, "dead letters"] as const),
];

async function collect(transport: MessageTransport, record: (arrival: Arrival) => void): Promise<void> {
  transport.setPrefetch(200);
  for await (const delivery of transport.receive(new AbortController().signal)) {
    record(JSON.parse(Buffer.from(delivery.body).toString("utf8")) as Arrival);
    await delivery.ack();
  }
}

/** At most `window` messages under way. */
async function feed(
  sender: MessageTransport,
  window: number,
  messages: number,
  progress: Progress,
): Promise<void> {
  const route = { actors: ROUTE, current: 0 };
  const batch = Math.min(100, window);
  for (let from = 0; from < messages; from += batch) {
    await progress.reaches(Math.min(from + batch, messages) - window);
    if (progress.isOver) return;
    const keys = Array.from({ length: Math.min(batch, messages - from) }, (_, index) => from + index);
    await Promise.all(
      keys.map((key) =>
        sender.send("first", Buffer.from(JSON.stringify({ id: `m${key}`, route, payload: { key } }))),
      ),
    );
  }
}

/** Spread over the run by progress, so that a slow machine is not killed more often than a fast one. */
async function killAll(
  containers: Containers,
  { messages, kills, seed }: Plan,
  progress: Progress,
  tell: (line: string) => void,
): Promise<void> {
  const random = randomFrom(seed);
  for (let number = 1; number <= kills; number++) {
    const actor = ROUTE[random(ROUTE.length)]!;
    const container: Container = number % 2 === 0 ? "runtime" : "sidecar";
    await progress.reaches(Math.floor((messages * 0.95 * (number - 1)) / kills));
    if (progress.isOver) return;
    await sleep(random(MAX_WAIT_MS));
    await containers.kill(actor, container);
    await containers.start(actor, container);
    tell(`kill ${number}: ${container} of ${actor}, ${progress.complete} of ${messages} have arrived`);
  }
}

/** What has arrived, for those who wait for more. */
class Progress {
  readonly #ledger: Ledger;
  #givenUp = false;
  #waiting: (() => void)[] = [];

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  get complete(): number {
    return this.#ledger.complete;
  }

  get isOver(): boolean {
    return this.#givenUp;
  }

  record(ending: Ending, arrival: Arrival): void {
    this.#ledger.record(ending, arrival);
    this.#wakeAll();
  }

  /** Nothing more is waited for. */
  giveUp(): void {
    this.#givenUp = true;
    this.#wakeAll();
  }

  async reaches(count: number): Promise<void> {
    while (this.complete < count && !this.#givenUp) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #wakeAll(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
