import { describe, expect, it } from "vitest";
import { formatFinding } from "../../core/finding.ts";
import type { Manifest, Observed } from "../../core/manifest.ts";
import type { ActorView } from "../contract.ts";
import type { RabbitmqConfig } from "./config.ts";
import { rabbitmq } from "./render.ts";

const ACTOR: ActorView = {
  name: "summarizer",
  namespace: "ml",
  processingMs: 300_000,
  queueLength: 5,
  sendTo: undefined,
  messagesAtDeletion: "Retain",
};

const CONFIG: RabbitmqConfig = {
  host: "mq",
  access: "perActor",
  brokerVersion: "3.13",
  connection: { clusterReference: { name: "mq" } },
};

const USER: Observed = { spec: { rabbitmqClusterReference: { name: "mq" } }, status: { username: "u" } };

/** The objects of `config` as the API server would return them after a first reconcile. */
function existing(config: RabbitmqConfig = CONFIG, actor: ActorView = ACTOR): Record<string, Observed> {
  const input = { actor, transportName: "q", config, observed: { "rabbitmq-user": USER } };
  const objects = rabbitmq.render(input).objects as Record<
    string,
    Manifest & { spec: Record<string, unknown> }
  >;
  const observed = Object.entries(objects).map(([key, { spec }]) => [key, { spec: asWrittenBack(spec) }]);
  return { ...Object.fromEntries(observed), "rabbitmq-user": USER };
}

/** n.b. the operator's Go types leave out what is false. */
function asWrittenBack({ autoDelete, ...spec }: Record<string, unknown>): Record<string, unknown> {
  return autoDelete === true ? { autoDelete, ...spec } : spec;
}

function render(config: RabbitmqConfig, observed: Record<string, Observed>, actor = ACTOR) {
  return rabbitmq.render({ actor, transportName: "q", config, observed });
}

it("nothing is said while what exists is what is wanted", () => {
  expect(render(CONFIG, existing()).findings).toEqual([]);
});

it("a queue's arguments stay as they are, and W001 says which differ and how to make it again", () => {
  const observed = existing();
  const plan = render({ ...CONFIG, deliveryLimit: 5 }, observed);
  expect(plan.objects["rabbitmq-queue"]).toMatchObject({ spec: { arguments: { "x-delivery-limit": 20 } } });
  expect(plan.findings.map(formatFinding)).toEqual([
    "ASYA-W001 Queue/asya-summarizer: Queue asya-summarizer exists and keeps " +
      "arguments.x-delivery-limit 20 (now wanted 5); the broker cannot change this - set the platform back; or make the " +
      "queue again: stop its senders, let it run empty, kubectl delete queues.rabbitmq.com asya-summarizer, then " +
      "rabbitmqctl delete_queue asya-summarizer where deletion.messages is Retain, " +
      "then kubectl delete bindings.rabbitmq.com asya-summarizer",
  ]);
});

describe("no change of the platform may reach an immutable field", () => {
  const changes: [string, Partial<RabbitmqConfig>, string[]][] = [
    ["vhost", { vhost: "other" }, ["Queue", "Queue", "Binding", "Permission", "TopicPermission"]],
    ["exchange", { exchange: "other" }, ["Binding", "TopicPermission"]],
    ["queueType", { queueType: "classic" }, ["Queue", "Queue"]],
    ["dead letters", { queues: { dlq: { enabled: false } } }, ["Queue"]],
    [
      "connection",
      { connection: { secretName: "s" } },
      ["Queue", "Queue", "Binding", "User", "Permission", "TopicPermission"],
    ],
  ];

  it.each(changes)("%s", (_setting, change, kinds) => {
    const observed = existing();
    const plan = render({ ...CONFIG, ...change }, observed);
    for (const [key, manifest] of Object.entries(plan.objects)) {
      const {
        permissions: wanted,
        tags: _tags,
        deletionPolicy: _policy,
        ...spec
      } = manifest["spec"] as Record<string, unknown>;
      const { permissions, tags: _t, deletionPolicy: _d, ...current } = observed[key]?.spec ?? {};
      expect(spec).toEqual(current);
      const exchangeOf = (value: unknown) => (value as { exchange?: string } | undefined)?.exchange;
      expect(exchangeOf(wanted)).toBe(exchangeOf(permissions));
    }
    expect(plan.findings.map(({ code }) => code)).toEqual(kinds.map(() => "W001"));
    expect(plan.findings.map(({ object }) => object?.split("/")[0])).toEqual(kinds);
  });
});

it("what may change does: deletion policy, permissions, tags", () => {
  const actor: ActorView = { ...ACTOR, messagesAtDeletion: "Delete", sendTo: ["next"] };
  const plan = render(CONFIG, existing(), actor);
  expect(plan.findings).toEqual([]);
  expect(plan.objects["rabbitmq-queue"]).toMatchObject({ spec: { deletionPolicy: "delete" } });
  expect(plan.objects["rabbitmq-topic-permission"]).toMatchObject({
    spec: { permissions: { write: "^(error-end|happy-end|next|summarizer)$" } },
  });
});

it("a delivery timeout that is long enough is no reason to complain", () => {
  const long = { ...ACTOR, processingMs: 3_600_000 };
  const longQueue = existing(CONFIG, long);
  expect(render(CONFIG, longQueue).findings).toEqual([]);
  expect(render(CONFIG, longQueue).objects["rabbitmq-queue"]).toMatchObject({
    spec: { arguments: { "x-consumer-timeout": 7_200_000 } },
  });
  const oldBroker = existing({ ...CONFIG, brokerVersion: "3.11" });
  expect(render(CONFIG, oldBroker).findings).toEqual([]);
  expect(render(CONFIG, oldBroker, long).findings.map(({ code }) => code)).toEqual(["W001"]);
});

it("a user that was made again has another name: its permissions say so", () => {
  const observed = { ...existing(), "rabbitmq-user": { ...USER, status: { username: "new" } } };
  const plan = render(CONFIG, observed);
  expect(plan.objects["rabbitmq-permission"]).toMatchObject({ spec: { user: "u" } });
  expect(plan.findings.map(({ object, fix }) => [object, fix])).toEqual([
    [
      "Permission/asya-summarizer",
      "set the platform back, or let it be made again: kubectl delete permissions.rabbitmq.com asya-summarizer",
    ],
    [
      "TopicPermission/asya-summarizer",
      "set the platform back, or let it be made again: kubectl delete topicpermissions.rabbitmq.com asya-summarizer",
    ],
  ]);
});
