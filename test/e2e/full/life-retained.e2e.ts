import { afterAll, beforeAll, expect, test } from "vitest";
import { condition } from "../kubernetes.ts";
import { CONNECTION_SECRET } from "../installation.ts";
import { tell } from "../story.ts";
import { until } from "../until.ts";
import { World } from "../world.ts";

const NAME = "inherits";
const QUEUE = `asya-${NAME}`;
let world: World;
beforeAll(async () => void (world = await World.open()));
afterAll(async () => {
  await world.remove(NAME);
  await world.close();
});

test("over a queue with other arguments: TransportReady says which one differs, and the queue stays as it is", async () => {
  await retainedQueue();
  world.commit(NAME, { spec: { deletion: { messages: "Delete" } } });
  const live = await world.reaches(NAME, "TransportError");
  const said = condition(live, "TransportReady");
  expect(said).toMatchObject({ status: "False", reason: "InvalidTransport" });
  expect(String(said?.["message"])).toMatch(/x-delivery-limit/);
  tell(`TransportReady says: ${String(said?.["message"])}`);
  expect(await world.broker.queues()).toContain(QUEUE);
  expect(condition(live, "Ready")).toMatchObject({ status: "False" });
});

test("with the old queue out of the way, as the message says, the actor makes its own, and works", async () => {
  const said = String(condition(await world.actor(NAME), "TransportReady")?.["message"]);
  const [remove = ""] = /kubectl delete bindings\S+ \S+$/.exec(said) ?? [];
  expect(remove).toBe(`kubectl delete bindings.rabbitmq.com ${QUEUE}`);
  await world.broker.removeQueue(QUEUE);
  world.kubernetes.kubectl([...remove.split(" ").slice(1), "--wait"]);
  await world.reaches(NAME, "Napping", 120_000);
  await world.says(NAME, "TransportReady", "True");
  await world.mail.send([NAME], 3);
  await world.mail.allEnd(120_000);
  expect(world.mail.account()).toEqual({ happy: 3, failed: 0, dead: 0, missing: [] });
});

/** As an actor of another platform would have left it. */
async function retainedQueue(): Promise<void> {
  const { kubernetes } = world;
  kubernetes.apply([leftBehind()]);
  await until(
    "the operator has made the queue",
    () => kubernetes.get("queues", "left-behind"),
    (queue) => condition(queue, "Ready")?.["status"] === "True",
  );
  kubernetes.kubectl(["delete", "queues.rabbitmq.com", "left-behind", "--wait", "--timeout=30s"]);
  await until(
    "the queue stays",
    () => world.broker.queues(),
    (queues) => queues.includes(QUEUE),
  );
}

function leftBehind(): object {
  return {
    apiVersion: "rabbitmq.com/v1beta1",
    kind: "Queue",
    metadata: { name: "left-behind" },
    spec: {
      name: QUEUE,
      vhost: world.broker.vhost,
      type: "quorum",
      durable: true,
      arguments: {
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": `${QUEUE}-dlq`,
        "x-dead-letter-strategy": "at-least-once",
        "x-delivery-limit": 7,
        "x-overflow": "reject-publish",
      },
      deletionPolicy: "retain",
      rabbitmqClusterReference: { connectionSecret: { name: CONNECTION_SECRET } },
    },
  };
}
