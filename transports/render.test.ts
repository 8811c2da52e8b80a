import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Observed } from "../core/manifest.ts";
import { checkSchema } from "../core/schema-check.ts";
import type { Schema } from "../core/schema.ts";
import type { ActorView, TransportPlan } from "./contract.ts";
import type { RabbitmqConfig } from "./rabbitmq/config.ts";
import { renderTransports, type TransportType } from "./render.ts";
import type { SqsConfig } from "./sqs/config.ts";

const dnsLabel = fc.stringMatching(/^[a-z][a-z0-9-]{0,30}[a-z0-9]$/);

const actors: fc.Arbitrary<ActorView> = fc.record({
  name: dnsLabel,
  namespace: dnsLabel,
  processingMs: fc.integer({ min: 1, max: 90_000_000 }),
  queueLength: fc.integer({ min: 1, max: 1_000 }),
  sendTo: fc.option(fc.array(dnsLabel, { maxLength: 4 }), { nil: undefined }),
  messagesAtDeletion: fc.constantFrom("Retain", "Delete"),
});

const secretKey = fc.record({ name: dnsLabel, key: dnsLabel });

const rabbitmqConfigs: fc.Arbitrary<RabbitmqConfig> = fc.record(
  {
    host: dnsLabel,
    connection: fc.oneof(
      fc.record({ secretName: dnsLabel }),
      fc.record({ clusterReference: fc.record({ name: dnsLabel, namespace: dnsLabel }) }),
    ),
    port: fc.integer({ min: 1, max: 65_535 }),
    passwordSecretRef: secretKey,
    vhost: dnsLabel,
    brokerVersion: fc.constantFrom("3.10", "3.13.1", "4.1"),
    queueType: fc.constantFrom("quorum", "classic"),
    access: fc.constantFrom("shared", "perActor"),
    tls: fc.record({ enabled: fc.boolean(), caSecretRef: fc.record({ name: dnsLabel }) }),
    queues: fc.record({ autoCreate: fc.boolean(), dlq: fc.record({ enabled: fc.boolean() }) }),
  },
  { requiredKeys: ["host", "connection"] },
);

const sqsConfigs: fc.Arbitrary<SqsConfig> = fc.record(
  {
    region: fc.constant("eu-central-1"),
    accountId: fc.constant("123456789012"),
    endpoint: fc.constant("http://moto:5000"),
    queueName: fc.constantFrom("asya-{actor}", "{namespace}-{actor}"),
    credentials: fc.record({ accessKeyIdSecretRef: secretKey, secretAccessKeySecretRef: secretKey }),
    iam: fc.record({
      create: fc.boolean(),
      oidcProviderArn: fc.constant("arn:aws:iam::123456789012:oidc-provider/x/y"),
    }),
    podIdentity: fc.record({ eksCluster: dnsLabel }),
    queues: fc.record({ autoCreate: fc.boolean(), dlq: fc.record({ enabled: fc.boolean() }) }),
    tags: fc.dictionary(dnsLabel, dnsLabel),
  },
  { requiredKeys: ["region", "accountId"] },
);

const CONFIGS: Record<TransportType, fc.Arbitrary<unknown>> = { rabbitmq: rabbitmqConfigs, sqs: sqsConfigs };

describe.each(Object.keys(renderTransports) as TransportType[])("%s", (type) => {
  const transport = renderTransports[type];
  const render = (actor: ActorView, config: unknown, observed: Readonly<Record<string, Observed>> = {}) =>
    transport.render({ actor, transportName: "q", config, observed });

  function holds(promise: (actor: ActorView, config: unknown) => void): void {
    fc.assert(fc.property(actors, CONFIGS[type], promise), { numRuns: 150 });
  }

  it("the configs of these tests fit the schema and pass its checks without errors", () => {
    holds((_actor, config) => {
      expect(checkSchema(transport.configSchema as Schema, config, []).violations).toEqual([]);
    });
  });

  it("the same input gives the same bytes", () => {
    holds((actor, config) => {
      const first = JSON.stringify(render(actor, config));
      expect(JSON.stringify(render(structuredClone(actor), structuredClone(config)))).toBe(first);
    });
  });

  it("every key is a promised one, in the promised order, and nothing in an object is undefined", () => {
    holds((actor, config) => {
      const { objects } = render(actor, config);
      expect(Object.keys(objects)).toEqual(transport.keys.filter((key) => key in objects));
      expect(JSON.parse(JSON.stringify(objects))).toStrictEqual(objects);
    });
  });

  it("what was rendered and is observed again, in part or whole, changes nothing", () => {
    holds((actor, config) => {
      const wanted = render(actor, config);
      const observed = wanted.objects as unknown as Record<string, Observed>;
      expect(render(actor, config, observed)).toStrictEqual(wanted);
      const [first = ""] = Object.keys(observed);
      const part = first === "" ? {} : { [first]: observed[first] as Observed };
      expect(render(actor, config, part)).toStrictEqual(wanted);
    });
  });

  it("each object carries a name that Kubernetes takes and no namespace, which is the caller's", () => {
    holds((actor, config) => {
      for (const { metadata } of Object.values(render(actor, config).objects)) {
        expect(metadata.name).toMatch(new RegExp(`^asya-${actor.name}(-dlq)?$`));
        expect(metadata.namespace).toBeUndefined();
      }
    });
  });

  it("KEDA's trigger is named queueLength, and all its values are text", () => {
    holds((actor, config) => {
      const { trigger }: TransportPlan = render(actor, config);
      expect(trigger.name).toBe("queueLength");
      expect(
        Object.values(trigger.metadata).every((value) => typeof value === "string" && value !== ""),
      ).toBe(true);
    });
  });

  it("no secret's value stands in what is rendered: only names and keys of Secrets", () => {
    holds((actor, config) => {
      const secrets = render(actor, config).sidecarEnv.filter(({ name }) =>
        /PASSWORD|SECRET|ACCESS_KEY/.test(name),
      );
      for (const { value, valueFrom } of secrets)
        expect(value === "guest" || valueFrom?.secretKeyRef).toBeTruthy();
    });
  });
});
