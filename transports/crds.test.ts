import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import type { Manifest, Observed } from "../core/manifest.ts";
import { crdValidator } from "../test/crds.ts";
import type { ActorView, TransportPlan } from "./contract.ts";
import type { RabbitmqConfig } from "./rabbitmq/config.ts";
import { renderTransports } from "./render.ts";
import type { SqsConfig } from "./sqs/config.ts";

const validator = crdValidator();

const ACTOR: ActorView = {
  name: "summarizer",
  namespace: "ml",
  processingMs: 3_600_000,
  queueLength: 5,
  sendTo: ["next"],
  messagesAtDeletion: "Retain",
};

const RABBITMQ: RabbitmqConfig = {
  host: "mq",
  brokerVersion: "4.1",
  access: "perActor",
  passwordSecretRef: { name: "s", key: "k" },
  tls: { enabled: true, caSecretRef: { name: "ca" }, certSecretRef: { name: "c" } },
  connection: { clusterReference: { name: "mq", namespace: "mq" } },
};

const SQS: SqsConfig = {
  region: "eu-central-1",
  accountId: "123456789012",
  iam: { create: true, permissionsBoundary: "arn:aws:iam::aws:policy/B" },
  podIdentity: { eksCluster: "prod" },
  credentials: {
    accessKeyIdSecretRef: { name: "s", key: "id" },
    secretAccessKeySecretRef: { name: "s", key: "secret" },
  },
};

const USER: Record<string, Observed> = {
  "rabbitmq-user": {
    status: { username: "u" },
    spec: { rabbitmqClusterReference: { name: "mq", namespace: "mq" } },
  },
};

const PLANS: [string, TransportPlan][] = [
  [
    "rabbitmq with everything",
    renderTransports.rabbitmq.render({ actor: ACTOR, transportName: "q", config: RABBITMQ, observed: USER }),
  ],
  [
    "classic rabbitmq",
    renderTransports.rabbitmq.render({
      actor: { ...ACTOR, messagesAtDeletion: "Delete" },
      transportName: "q",
      config: { host: "mq", queueType: "classic", connection: { secretName: "s" } } satisfies RabbitmqConfig,
      observed: {},
    }),
  ],
  [
    "sqs with everything",
    renderTransports.sqs.render({ actor: ACTOR, transportName: "s", config: SQS, observed: {} }),
  ],
  [
    "sqs with IRSA",
    renderTransports.sqs.render({
      actor: { ...ACTOR, messagesAtDeletion: "Delete" },
      transportName: "s",
      config: {
        ...SQS,
        iam: { create: true, oidcProviderArn: "arn:aws:iam::123456789012:oidc-provider/x/y" },
      },
      observed: {},
    }),
  ],
];

describe.skipIf(validator === undefined && process.env["CI"] !== "true")(
  "the real CRDs take what is rendered",
  () => {
    const violations = (object: unknown) => validator?.violations(object) ?? ["shared/crds is not there"];

    it.each(PLANS)("%s", (_title, plan) => {
      for (const manifest of Object.values(plan.objects)) expect(violations(manifest)).toEqual([]);
      const authentication = {
        apiVersion: "keda.sh/v1alpha1",
        kind: "TriggerAuthentication",
        metadata: { name: "summarizer-trigger-auth" },
        spec: plan.authentication,
      };
      expect(violations(authentication)).toEqual([]);
      const scaledObject = {
        apiVersion: "keda.sh/v1alpha1",
        kind: "ScaledObject",
        metadata: { name: "summarizer" },
        spec: { scaleTargetRef: { name: "summarizer" }, triggers: [plan.trigger] },
      };
      expect(violations(scaledObject)).toEqual([]);
    });

    it.each(["rabbitmq.yaml", "sqs.yaml", "rabbitmq-topology.yaml"])("compositions/platform/%s", (file) => {
      const text = readFileSync(new URL(`../compositions/platform/${file}`, import.meta.url), "utf8");
      for (const document of parseAllDocuments(text))
        expect(violations(document.toJS() as Manifest)).toEqual([]);
    });

    it("and would refuse a field that they do not have", () => {
      const [, plan] = PLANS[0] as [string, TransportPlan];
      const binding = structuredClone(plan.objects["rabbitmq-binding"]) as Manifest;
      (binding["spec"] as Record<string, unknown>)["routingkey"] = "x";
      expect(violations(binding)).toEqual([expect.stringMatching(/^spec\.routingkey: /)]);
    });
  },
);
