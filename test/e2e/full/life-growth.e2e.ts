import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findCluster } from "../../cluster/cluster.ts";
import { condition } from "../kubernetes.ts";
import { tell } from "../story.ts";
import { until } from "../until.ts";
import { World } from "../world.ts";
import { HollowNode } from "./hollow-node.ts";

const NAME = "crowd";
const PODS = 100;
let world: World;
let node: HollowNode;
beforeAll(async () => {
  world = await World.open();
  const cluster = findCluster();
  if (cluster === undefined) throw new Error("the cluster is gone");
  node = await HollowNode.start(cluster, world.kubernetes.namespace);
});
afterAll(async () => {
  try {
    await world.remove(NAME);
  } finally {
    await node.stop();
    await world.close();
  }
});

test(
  "from no pod to a hundred and back: Crossplane's circuit breaker stays closed, and status follows",
  { timeout: 600_000 },
  async () => {
    tell(`a hollow node takes ${PODS} pods: they are Ready by its word, nothing runs in them`);
    const behavior = { scaleUp: { policies: [{ type: "Pods", value: PODS, periodSeconds: 15 }] } };
    world.commit(NAME, {
      pod: node.placement,
      spec: {
        scaling: { enabled: true, queueLength: 1, maxReplicas: PODS, cooldownPeriod: 10, behavior },
      },
    });
    await world.reaches(NAME, "Napping");
    const watching = new Watch();
    try {
      await upAndDown();
    } finally {
      await watching.stop();
    }
    expect(watching.open).toEqual([]);
    expect(watching.looks).toBeGreaterThan(10);
    tell(`Responsive was True each of the ${watching.looks} times that it was looked at`);
  },
);

async function upAndDown(): Promise<void> {
  await world.mail.send([NAME], PODS);
  await grown();
  tell(`crowd has ${PODS} ready pods`);
  // The pods are hollow: somebody has to do their work.
  expect(await handleAll()).toBe(PODS);
  await world.mail.allEnd(30_000);
  expect(world.mail.account()).toEqual({ happy: PODS, failed: 0, dead: 0, missing: [] });
  await world.reaches(NAME, "Napping", 180_000);
  await until(
    "no pod is left",
    async () => (await world.pods(NAME)).map(({ metadata }) => metadata.name),
    (pods) => pods.length === 0,
    60_000,
  );
  tell("crowd sleeps again, no pod is left");
}

async function grown(): Promise<void> {
  await until(
    `${PODS} are ready`,
    async () => (await world.actor(NAME)).status,
    (status) => status?.["readyReplicas"] === PODS && status["status"] === "Running",
    180_000,
  );
}

/** The work of all those pods, done from here; how many messages it was. */
async function handleAll(): Promise<number> {
  const transport = await world.broker.connect(NAME);
  const done = new AbortController();
  let handled = 0;
  transport.setPrefetch(PODS);
  for await (const delivery of transport.receive(done.signal)) {
    await transport.send("happy-end", delivery.body);
    await delivery.ack();
    if (++handled === PODS) done.abort();
  }
  await transport.close();
  return handled;
}

/** Looks once a second at what Crossplane says of its circuit breaker. */
class Watch {
  readonly #stopping = new AbortController();
  /** What it said whenever it was not closed. */
  readonly open: unknown[] = [];
  looks = 0;
  readonly #looking = this.#look();

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#looking;
  }

  async #look(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const responsive = condition(await world.actor(NAME), "Responsive");
      if (responsive?.["status"] !== "True") this.open.push(responsive);
      this.looks++;
      await sleep(1_000);
    }
  }
}
