import { describe, expect, it } from "vitest";
import { formatFinding } from "../../core/finding.ts";
import type { ActorView } from "../contract.ts";
import type { SqsConfig } from "./config.ts";
import { sqs } from "./render.ts";

const ACTOR: ActorView = {
  name: "summarizer",
  namespace: "ml",
  processingMs: 300_000,
  queueLength: 5,
  sendTo: undefined,
  messagesAtDeletion: "Retain",
};

const CONFIG: SqsConfig = { region: "eu-central-1", accountId: "123456789012" };

function render(actor: Partial<ActorView> = {}, config: Partial<SqsConfig> = {}) {
  return sqs.render({
    actor: { ...ACTOR, ...actor },
    transportName: "sqs",
    config: { ...CONFIG, ...config },
    observed: {},
  });
}

function attributes(plan: ReturnType<typeof render>, key = "sqs-queue"): Record<string, unknown> {
  const spec = plan.objects[key]?.["spec"] as { forProvider: Record<string, unknown> } | undefined;
  return spec?.forProvider ?? {};
}

it("an actor on the default platform gets a queue with inline redrive and a dead-letter queue", () => {
  const common = {
    region: "eu-central-1",
    delaySeconds: 0,
    kmsDataKeyReusePeriodSeconds: 300,
    maxMessageSize: 1_048_576,
    messageRetentionSeconds: 1_209_600,
    receiveWaitTimeSeconds: 20,
    sqsManagedSseEnabled: true,
    tags: { "asya.sh/actor": "summarizer", "asya.sh/namespace": "ml" },
  };
  const managed = {
    managementPolicies: ["Observe", "Create", "Update", "LateInitialize"],
    providerConfigRef: { kind: "ClusterProviderConfig", name: "default" },
  };
  expect(render().objects).toEqual({
    "sqs-queue": {
      apiVersion: "sqs.aws.m.upbound.io/v1beta1",
      kind: "Queue",
      metadata: { name: "asya-summarizer" },
      spec: {
        ...managed,
        forProvider: {
          ...common,
          name: "asya-summarizer",
          redrivePolicy:
            '{"deadLetterTargetArn":"arn:aws:sqs:eu-central-1:123456789012:asya-summarizer-dlq","maxReceiveCount":20}',
          visibilityTimeoutSeconds: 600,
        },
      },
    },
    "sqs-dlq": {
      apiVersion: "sqs.aws.m.upbound.io/v1beta1",
      kind: "Queue",
      metadata: { name: "asya-summarizer-dlq" },
      spec: {
        ...managed,
        forProvider: { ...common, name: "asya-summarizer-dlq", visibilityTimeoutSeconds: 30 },
      },
    },
  });
});

it("KEDA counts messages in work too, with its own role", () => {
  const plan = render();
  expect(plan.trigger).toEqual({
    type: "aws-sqs-queue",
    name: "queueLength",
    metadata: {
      awsRegion: "eu-central-1",
      queueLength: "5",
      queueURL: "https://sqs.eu-central-1.amazonaws.com/123456789012/asya-summarizer",
      scaleOnInFlight: "true",
    },
  });
  expect(plan.authentication).toEqual({ podIdentity: { provider: "aws" } });
});

it("the sidecar knows region, template, lease and polling", () => {
  expect(render().sidecarEnv).toEqual([
    { name: "ASYA_AWS_REGION", value: "eu-central-1" },
    { name: "ASYA_SQS_QUEUE_TEMPLATE", value: "asya-{actor}" },
    { name: "ASYA_SQS_VISIBILITY_TIMEOUT", value: "600" },
    { name: "ASYA_SQS_WAIT_TIME_SECONDS", value: "20" },
  ]);
});

describe("each setting of the platform shows in what is rendered", () => {
  it("visibilityTimeout; else twice the processing timeout, at most SQS's 12 hours", () => {
    expect(attributes(render({}, { visibilityTimeout: 45 }))["visibilityTimeoutSeconds"]).toBe(45);
    expect(attributes(render({ processingMs: 1_500 }))["visibilityTimeoutSeconds"]).toBe(3);
    expect(attributes(render({ processingMs: 28_800_000 }))["visibilityTimeoutSeconds"]).toBe(43_200);
  });

  it("waitTimeSeconds, retentionSeconds, queues.dlq.retentionDays", () => {
    const config = { waitTimeSeconds: 5, retentionSeconds: 3_600, queues: { dlq: { retentionDays: 1 } } };
    const plan = render({}, config);
    expect(attributes(plan)).toMatchObject({ receiveWaitTimeSeconds: 5, messageRetentionSeconds: 3_600 });
    expect(attributes(plan, "sqs-dlq")).toMatchObject({ messageRetentionSeconds: 86_400 });
  });

  it("queues.dlq.maxRetryCount", () => {
    const plan = render({}, { queues: { dlq: { maxRetryCount: 3 } } });
    expect(attributes(plan)["redrivePolicy"]).toContain('"maxReceiveCount":3}');
  });

  it("queues.dlq.enabled false: no dead-letter queue and no redrive", () => {
    const plan = render({}, { queues: { dlq: { enabled: false } } });
    expect(Object.keys(plan.objects)).toEqual(["sqs-queue"]);
    expect(attributes(plan)).not.toHaveProperty("redrivePolicy");
    expect(plan.deadLetterQueue).toBeUndefined();
  });

  it("queues.autoCreate false: the platform made the queues; sidecar and KEDA still use them", () => {
    const plan = render({}, { queues: { autoCreate: false } });
    expect(plan.objects).toEqual({});
    expect([plan.queue, plan.deadLetterQueue]).toEqual(["asya-summarizer", "asya-summarizer-dlq"]);
  });

  it("tags: ours come over the platform's", () => {
    const plan = render({}, { tags: { team: "nlp", "asya.sh/actor": "x" } });
    expect(attributes(plan)["tags"]).toEqual({
      team: "nlp",
      "asya.sh/actor": "summarizer",
      "asya.sh/namespace": "ml",
    });
  });

  it("providerConfigRef", () => {
    const plan = render({}, { providerConfigRef: { kind: "ProviderConfig", name: "tenant" } });
    expect(plan.objects["sqs-dlq"]?.["spec"]).toMatchObject({
      providerConfigRef: { kind: "ProviderConfig", name: "tenant" },
    });
  });

  it("partition: China has another domain and other ARNs", () => {
    const plan = render({}, { region: "cn-north-1", partition: "aws-cn" });
    expect(plan.queueAddress).toBe("https://sqs.cn-north-1.amazonaws.com.cn/123456789012/asya-summarizer");
    expect(attributes(plan)["redrivePolicy"]).toContain("arn:aws-cn:sqs:cn-north-1:");
  });

  it("queueName with namespace and cluster: objects keep the actor's name, AWS gets the template's", () => {
    const plan = render(
      {},
      { queueName: "{cluster}-{namespace}-{actor}", podIdentity: { eksCluster: "prod" } },
    );
    expect(plan.queue).toBe("prod-ml-summarizer");
    expect(plan.objects["sqs-queue"]?.metadata.name).toBe("asya-summarizer");
    expect(attributes(plan, "sqs-dlq")["name"]).toBe("prod-ml-summarizer-dlq");
    expect(plan.sidecarEnv).toContainEqual({ name: "ASYA_SQS_QUEUE_TEMPLATE", value: "prod-ml-{actor}" });
  });

  it("endpoint and credentials: another server with static keys, for sidecar and KEDA", () => {
    const credentials = {
      accessKeyIdSecretRef: { name: "sqs", key: "id" },
      secretAccessKeySecretRef: { name: "sqs", key: "secret" },
    };
    const plan = render({}, { endpoint: "http://moto.aws.svc:5000", credentials });
    expect(plan.trigger.metadata).toMatchObject({
      awsEndpoint: "http://moto.aws.svc:5000",
      queueURL: "http://moto.aws.svc:5000/123456789012/asya-summarizer",
    });
    expect(plan.authentication).toEqual({
      secretTargetRef: [
        { parameter: "awsAccessKeyID", name: "sqs", key: "id" },
        { parameter: "awsSecretAccessKey", name: "sqs", key: "secret" },
      ],
    });
    expect(plan.sidecarEnv).toContainEqual({
      name: "AWS_SECRET_ACCESS_KEY",
      valueFrom: { secretKeyRef: { name: "sqs", key: "secret" } },
    });
    expect(plan.serviceAccountName).toBeUndefined();
  });

  it("deletion.messages Delete: queue and dead letters go with the actor", () => {
    for (const key of ["sqs-queue", "sqs-dlq"]) {
      expect(render({ messagesAtDeletion: "Delete" }).objects[key]?.["spec"]).toMatchObject({
        managementPolicies: ["*"],
      });
    }
  });
});

describe("what SQS would refuse is said before anything changes", () => {
  it("a queue name over 80 characters, its dead-letter queue's included", () => {
    const queueName = `${"x".repeat(60)}-{actor}`;
    expect(render({ name: "a".repeat(15) }, { queueName }).findings).toEqual([]);
    const [one, ...others] = render({ name: "a".repeat(16) }, { queueName }).findings;
    expect(others).toEqual([]);
    expect([one?.code, one?.path]).toEqual(["E041", ["metadata", "name"]]);
    expect(one?.message).toMatch(/would have 81 characters \(at most 80\)$/);
    expect(one?.fix).toMatch(/^shorten the actor's name by 1,/);
    const withoutDeadLetters = { queueName, queues: { dlq: { enabled: false } } };
    expect(render({ name: "a".repeat(16) }, withoutDeadLetters).findings).toEqual([]);
  });

  it("work of more than 12 hours", () => {
    expect(render({ processingMs: 43_200_000 }).findings).toEqual([]);
    expect(render({ processingMs: 43_201_000 }).findings.map(formatFinding)).toEqual([
      "ASYA-E042 spec.timeout.processing: SQS lets a message be worked on for 12 hours at most (got 43201 s) - use at " +
        "most 43200 s, split the work over several actors, or use another transport",
    ]);
  });
});

it("two namespaces have one queue address unless the template tells them apart", () => {
  expect(render({ namespace: "a" }).queueAddress).toBe(render({ namespace: "b" }).queueAddress);
  const queueName = "{namespace}-{actor}";
  expect(render({ namespace: "a" }, { queueName }).queueAddress).not.toBe(
    render({ namespace: "b" }, { queueName }).queueAddress,
  );
});
