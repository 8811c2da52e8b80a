import { describe, expect, it } from "vitest";
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
  host: "rabbitmq.rabbitmq.svc",
  passwordSecretRef: { name: "asya-rabbitmq", key: "password" },
  connection: { clusterReference: { name: "rabbitmq", namespace: "rabbitmq" } },
};

function render(actor: Partial<ActorView> = {}, config: Partial<RabbitmqConfig> = {}, observed = {}) {
  const input = {
    actor: { ...ACTOR, ...actor },
    transportName: "rabbitmq",
    config: { ...CONFIG, ...config },
    observed,
  };
  return rabbitmq.render(input);
}

function specOf(plan: ReturnType<typeof render>, key: string): Record<string, unknown> {
  return plan.objects[key]?.["spec"] as Record<string, unknown>;
}

function queueArguments(plan: ReturnType<typeof render>, key = "rabbitmq-queue"): unknown {
  return specOf(plan, key)["arguments"];
}

it("an actor on the default platform gets a quorum queue, its dead-letter queue and a binding", () => {
  const cluster = { name: "rabbitmq", namespace: "rabbitmq" };
  expect(render().objects).toEqual({
    "rabbitmq-queue": {
      apiVersion: "rabbitmq.com/v1beta1",
      kind: "Queue",
      metadata: { name: "asya-summarizer" },
      spec: {
        name: "asya-summarizer",
        vhost: "/",
        type: "quorum",
        durable: true,
        arguments: {
          "x-dead-letter-exchange": "",
          "x-dead-letter-routing-key": "asya-summarizer-dlq",
          "x-delivery-limit": 20,
          "x-dead-letter-strategy": "at-least-once",
          "x-overflow": "reject-publish",
        },
        deletionPolicy: "retain",
        rabbitmqClusterReference: cluster,
      },
    },
    "rabbitmq-dlq": {
      apiVersion: "rabbitmq.com/v1beta1",
      kind: "Queue",
      metadata: { name: "asya-summarizer-dlq" },
      spec: {
        name: "asya-summarizer-dlq",
        vhost: "/",
        type: "quorum",
        durable: true,
        deletionPolicy: "retain",
        rabbitmqClusterReference: cluster,
      },
    },
    "rabbitmq-binding": {
      apiVersion: "rabbitmq.com/v1beta1",
      kind: "Binding",
      metadata: { name: "asya-summarizer" },
      spec: {
        source: "asya",
        destination: "asya-summarizer",
        destinationType: "queue",
        routingKey: "summarizer",
        vhost: "/",
        rabbitmqClusterReference: cluster,
      },
    },
  });
});

it("KEDA counts messages in work too, over the management API, as the sidecar's user", () => {
  const { trigger, authentication } = render();
  expect(trigger).toEqual({
    type: "rabbitmq",
    name: "queueLength",
    metadata: {
      protocol: "http",
      host: "http://rabbitmq.rabbitmq.svc:15672",
      mode: "QueueLength",
      queueName: "asya-summarizer",
      value: "5",
      vhostName: "/",
    },
  });
  expect(authentication).toEqual({
    env: [{ parameter: "username", name: "ASYA_RABBITMQ_USERNAME", containerName: "asya-sidecar" }],
    secretTargetRef: [{ parameter: "password", name: "asya-rabbitmq", key: "password" }],
  });
});

describe("each setting of the platform shows in what is rendered", () => {
  it("queueType classic: no quorum arguments", () => {
    const plan = render({}, { queueType: "classic" });
    expect(specOf(plan, "rabbitmq-queue")["type"]).toBe("classic");
    expect(queueArguments(plan)).toEqual({
      "x-dead-letter-exchange": "",
      "x-dead-letter-routing-key": "asya-summarizer-dlq",
    });
  });

  it("deliveryLimit, and queues.dlq.maxRetryCount before it", () => {
    expect(queueArguments(render({}, { deliveryLimit: 7 }))).toMatchObject({ "x-delivery-limit": 7 });
    const both = { deliveryLimit: 7, queues: { dlq: { maxRetryCount: 3 } } };
    expect(queueArguments(render({}, both))).toMatchObject({ "x-delivery-limit": 3 });
  });

  it("queues.dlq.enabled false: no dead-letter queue and no delivery limit that would drop messages", () => {
    const queues = { dlq: { enabled: false } };
    const old = render({}, { queues });
    expect(Object.keys(old.objects)).toEqual(["rabbitmq-queue", "rabbitmq-binding"]);
    expect(old.deadLetterQueue).toBeUndefined();
    expect(queueArguments(old)).toBeUndefined();
    expect(queueArguments(render({}, { queues, brokerVersion: "4.0" }))).toMatchObject({
      "x-delivery-limit": -1,
    });
  });

  it("brokerVersion 4.0: the dead-letter queue lifts the broker's default limit of 20 deliveries", () => {
    expect(queueArguments(render({}, { brokerVersion: "3.13" }), "rabbitmq-dlq")).toBeUndefined();
    expect(queueArguments(render({}, { brokerVersion: "4.0" }), "rabbitmq-dlq")).toEqual({
      "x-delivery-limit": -1,
    });
  });

  it.each([
    ["3.11", 300_000, undefined],
    ["3.12", 300_000, 1_800_000],
    ["4.1.2", 1_500_000, 1_800_000],
    ["4.1.2", 1_500_001, 3_600_000],
    ["4.1.2", 7_200_000, 10_800_000],
  ])(
    "brokerVersion %s: %d ms of work get a delivery timeout of %s ms",
    (brokerVersion, processingMs, expected) => {
      const queue = queueArguments(render({ processingMs }, { brokerVersion })) as Record<string, unknown>;
      expect(queue["x-consumer-timeout"]).toBe(expected);
    },
  );

  it("a broker before 3.12, or of unknown version, cannot wait for long work: W006", () => {
    const codes = (processingMs: number, brokerVersion?: string) =>
      render({ processingMs }, brokerVersion === undefined ? {} : { brokerVersion }).findings.map(
        ({ code }) => code,
      );
    expect(codes(25 * 60_000)).toEqual([]);
    expect(codes(25 * 60_000 + 1)).toEqual(["W006"]);
    expect(codes(3_600_000, "3.11")).toEqual(["W006"]);
    expect(codes(3_600_000, "3.12")).toEqual([]);
  });

  it("deletion.messages Delete: queue and dead letters go with the actor", () => {
    const plan = render({ messagesAtDeletion: "Delete" });
    expect(specOf(plan, "rabbitmq-queue")["deletionPolicy"]).toBe("delete");
    expect(specOf(plan, "rabbitmq-dlq")["deletionPolicy"]).toBe("delete");
  });

  it("queues.autoCreate false: the platform made the queues; sidecar and KEDA still use them", () => {
    const plan = render({}, { queues: { autoCreate: false } });
    expect(plan.objects).toEqual({});
    expect([plan.queue, plan.deadLetterQueue]).toEqual(["asya-summarizer", "asya-summarizer-dlq"]);
    expect(plan.trigger.metadata["queueName"]).toBe("asya-summarizer");
  });

  it("connection.secretName: the operator takes the broker's address from that Secret", () => {
    const plan = render({}, { connection: { secretName: "broker" } });
    expect(specOf(plan, "rabbitmq-binding")["rabbitmqClusterReference"]).toEqual({
      connectionSecret: { name: "broker" },
    });
  });

  it("vhost and exchange", () => {
    const plan = render({}, { vhost: "tenant/a", exchange: "flows" });
    for (const key of ["rabbitmq-queue", "rabbitmq-dlq", "rabbitmq-binding"]) {
      expect(specOf(plan, key)["vhost"]).toBe("tenant/a");
    }
    expect(specOf(plan, "rabbitmq-binding")["source"]).toBe("flows");
    expect(plan.trigger.metadata["vhostName"]).toBe("tenant/a");
  });

  it.each([
    ["http://mgmt:15672", "http://mgmt:15672"],
    ["http://mgmt:15672/", "http://mgmt:15672"],
    ["https://proxy/rabbit", "https://proxy/rabbit/"],
  ])("managementUrl %s is KEDA's host %s", (managementUrl, host) => {
    expect(render({}, { managementUrl }).trigger.metadata["host"]).toBe(host);
  });

  it("no passwordSecretRef: the broker's own guest, for KEDA as well", () => {
    const { passwordSecretRef: _, ...rest } = CONFIG;
    const plan = rabbitmq.render({ actor: ACTOR, transportName: "q", config: rest, observed: {} });
    expect(plan.sidecarEnv).toContainEqual({ name: "ASYA_RABBITMQ_PASSWORD", value: "guest" });
    expect(plan.authentication).toEqual({
      env: [
        { parameter: "username", name: "ASYA_RABBITMQ_USERNAME", containerName: "asya-sidecar" },
        { parameter: "password", name: "ASYA_RABBITMQ_PASSWORD", containerName: "asya-sidecar" },
      ],
    });
  });

  it("tls: files for the sidecar alone, the same authorities for KEDA", () => {
    const plan = render(
      {},
      { tls: { enabled: true, caSecretRef: { name: "ca" }, certSecretRef: { name: "client" } } },
    );
    expect(plan.trigger.metadata["host"]).toBe("https://rabbitmq.rabbitmq.svc:15671");
    expect(plan.authentication).toEqual({
      env: [
        { parameter: "username", name: "ASYA_RABBITMQ_USERNAME", containerName: "asya-sidecar" },
        { parameter: "tls", name: "ASYA_RABBITMQ_TLS", containerName: "asya-sidecar" },
      ],
      secretTargetRef: [
        { parameter: "password", name: "asya-rabbitmq", key: "password" },
        { parameter: "ca", name: "ca", key: "ca.crt" },
        { parameter: "cert", name: "client", key: "tls.crt" },
        { parameter: "key", name: "client", key: "tls.key" },
      ],
    });
    expect(plan.sidecarVolumeMounts).toEqual([
      { name: "asya-rabbitmq-tls", mountPath: "/etc/asya/rabbitmq", readOnly: true },
    ]);
    expect(plan.sidecarVolumes).toEqual([
      {
        name: "asya-rabbitmq-tls",
        projected: {
          sources: [
            { secret: { name: "ca", items: [{ key: "ca.crt", path: "ca.crt" }] } },
            {
              secret: {
                name: "client",
                items: [
                  { key: "tls.crt", path: "tls.crt" },
                  { key: "tls.key", path: "tls.key" },
                ],
              },
            },
          ],
        },
      },
    ]);
  });
});

it("two namespaces on one vhost have one queue address; another vhost is another address", () => {
  expect(render({ namespace: "a" }).queueAddress).toBe(render({ namespace: "b" }).queueAddress);
  expect(render({}, { vhost: "b" }).queueAddress).not.toBe(render({}, { vhost: "a" }).queueAddress);
});
