import { describe, expect, it } from "vitest";
import type { ActorView } from "../contract.ts";
import type { SqsConfig } from "./config.ts";
import { sqs } from "./render.ts";

const ACTOR: ActorView = {
  name: "summarizer",
  namespace: "ml",
  processingMs: 300_000,
  queueLength: 5,
  sendTo: ["translator"],
  messagesAtDeletion: "Retain",
};

const CONFIG: SqsConfig = { region: "eu-central-1", accountId: "123456789012" };
const OIDC = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/ABC";
const ARN = "arn:aws:sqs:eu-central-1:123456789012";

function render(config: Partial<SqsConfig>, actor: Partial<ActorView> = {}, observed = {}) {
  return sqs.render({
    actor: { ...ACTOR, ...actor },
    transportName: "s",
    config: { ...CONFIG, ...config },
    observed,
  });
}

function accessKeys(plan: ReturnType<typeof render>): string[] {
  return Object.keys(plan.objects).filter((key) => !key.startsWith("sqs-"));
}

function provided(plan: ReturnType<typeof render>, key: string): Record<string, unknown> {
  const spec = plan.objects[key]?.["spec"] as { forProvider: Record<string, unknown> } | undefined;
  return spec?.forProvider ?? {};
}

function policy(
  plan: ReturnType<typeof render>,
  key = "iam-policy",
  field = "policy",
): { Statement: object[] } {
  return JSON.parse(String(provided(plan, key)[field])) as { Statement: object[] };
}

it("without a role there is no ServiceAccount either", () => {
  expect(accessKeys(render({}))).toEqual([]);
  expect(render({}).serviceAccountName).toBeUndefined();
});

it("actorRoleArn: 0.1's annotated ServiceAccount", () => {
  const plan = render({ actorRoleArn: "arn:aws:iam::123456789012:role/actors" });
  expect(accessKeys(plan)).toEqual(["service-account"]);
  expect(plan.serviceAccountName).toBe("asya-summarizer");
  expect(plan.objects["service-account"]).toEqual({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: {
      name: "asya-summarizer",
      annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/actors" },
    },
  });
});

it("actorRoleArn with podIdentity.eksCluster: an association, no annotation", () => {
  const plan = render({
    actorRoleArn: "arn:aws:iam::123456789012:role/actors",
    podIdentity: { eksCluster: "prod" },
  });
  expect(accessKeys(plan)).toEqual(["pod-identity", "service-account"]);
  expect(plan.objects["service-account"]?.metadata).toEqual({ name: "asya-summarizer" });
  expect(provided(plan, "pod-identity")).toEqual({
    region: "eu-central-1",
    clusterName: "prod",
    namespace: "ml",
    serviceAccount: "asya-summarizer",
    roleArn: "arn:aws:iam::123456789012:role/actors",
    tags: { "asya.sh/actor": "summarizer", "asya.sh/namespace": "ml" },
  });
});

describe("iam.create with EKS Pod Identity", () => {
  const plan = render({
    iam: { create: true, path: "/asya/", permissionsBoundary: "arn:aws:iam::aws:policy/Boundary" },
    podIdentity: { eksCluster: "prod" },
    tags: { team: "nlp" },
  });

  it("makes role, policy, association and ServiceAccount", () => {
    expect(accessKeys(plan)).toEqual(["iam-role", "iam-policy", "pod-identity", "service-account"]);
    expect(provided(plan, "iam-role")).toMatchObject({
      maxSessionDuration: 3_600,
      path: "/asya/",
      permissionsBoundary: "arn:aws:iam::aws:policy/Boundary",
      tags: { team: "nlp", "asya.sh/actor": "summarizer", "asya.sh/namespace": "ml" },
    });
    const role = plan.objects["iam-role"]?.metadata.annotations?.["crossplane.io/external-name"];
    expect(role).toMatch(/^asya-ml-summarizer-[0-9a-f]{8}$/);
    expect(provided(plan, "iam-policy")["role"]).toBe(role);
    expect(provided(plan, "pod-identity")["roleArn"]).toBe(`arn:aws:iam::123456789012:role/asya/${role}`);
  });

  it("only the actor's own pods take the role", () => {
    expect(policy(plan, "iam-role", "assumeRolePolicy")).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "pods.eks.amazonaws.com" },
          Action: ["sts:AssumeRole", "sts:TagSession"],
          Condition: {
            StringEquals: {
              "aws:RequestTag/kubernetes-namespace": "ml",
              "aws:RequestTag/kubernetes-service-account": "asya-summarizer",
            },
          },
        },
      ],
    });
  });
});

it("iam.create with IRSA: trust for the actor's ServiceAccount, which carries the role", () => {
  const plan = render({ iam: { create: true, oidcProviderArn: OIDC } });
  expect(accessKeys(plan)).toEqual(["iam-role", "iam-policy", "service-account"]);
  const role = plan.objects["iam-role"]?.metadata.annotations?.["crossplane.io/external-name"];
  expect(plan.objects["service-account"]?.metadata.annotations).toEqual({
    "eks.amazonaws.com/role-arn": `arn:aws:iam::123456789012:role/${role}`,
  });
  expect(policy(plan, "iam-role", "assumeRolePolicy").Statement).toEqual([
    {
      Effect: "Allow",
      Principal: { Federated: OIDC },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: {
        StringEquals: {
          "oidc.eks.eu-central-1.amazonaws.com/id/ABC:aud": "sts.amazonaws.com",
          "oidc.eks.eu-central-1.amazonaws.com/id/ABC:sub": "system:serviceaccount:ml:asya-summarizer",
        },
      },
    },
  ]);
});

describe("the policy allows what the actor's work needs", () => {
  const config: Partial<SqsConfig> = { iam: { create: true, oidcProviderArn: OIDC } };

  it("read its own queue; send to its successors, itself, its dead letters and the end actors", () => {
    expect(policy(render(config)).Statement).toEqual([
      {
        Sid: "ReadOwnQueue",
        Effect: "Allow",
        Action: [
          "sqs:ChangeMessageVisibility",
          "sqs:DeleteMessage",
          "sqs:GetQueueAttributes",
          "sqs:GetQueueUrl",
          "sqs:ReceiveMessage",
        ],
        Resource: `${ARN}:asya-summarizer`,
      },
      {
        Sid: "Send",
        Effect: "Allow",
        Action: ["sqs:GetQueueUrl", "sqs:SendMessage"],
        Resource: [
          `${ARN}:asya-error-end`,
          `${ARN}:asya-happy-end`,
          `${ARN}:asya-summarizer`,
          `${ARN}:asya-translator`,
        ],
      },
      {
        Sid: "BuryInOwnDeadLetters",
        Effect: "Allow",
        Action: ["sqs:GetQueueUrl", "sqs:SendMessage"],
        Resource: `${ARN}:asya-summarizer-dlq`,
      },
    ]);
  });

  it.each([
    [undefined, {}, [`${ARN}:asya-*`]],
    [undefined, { queueName: "prod-{namespace}-{actor}" }, [`${ARN}:prod-ml-*`]],
    [[], {}, [`${ARN}:asya-error-end`, `${ARN}:asya-happy-end`, `${ARN}:asya-summarizer`]],
  ])("sendTo %j with %j", (sendTo, more, resources) => {
    expect(policy(render({ ...config, ...more }, { sendTo })).Statement[1]).toMatchObject({
      Resource: resources,
    });
  });
});

describe("a role's name", () => {
  const config: Partial<SqsConfig> = { iam: { create: true }, podIdentity: { eksCluster: "prod" } };
  const nameOf = (plan: ReturnType<typeof render>) =>
    String(plan.objects["iam-role"]?.metadata.annotations?.["crossplane.io/external-name"]);

  it("has at most 64 characters", () => {
    const plan = render(config, { namespace: "n".repeat(63), name: "a".repeat(54) });
    expect(nameOf(plan)).toHaveLength(64);
  });

  it("differs by namespace, actor and cluster, also where their texts run together", () => {
    const names = [
      render(config, { namespace: "a-b", name: "c" }),
      render(config, { namespace: "a", name: "b-c" }),
      render({ ...config, podIdentity: { eksCluster: "test" } }, { namespace: "a", name: "b-c" }),
    ].map(nameOf);
    expect(new Set(names).size).toBe(3);
  });

  it("stays what it is once the role exists", () => {
    const observed = {
      "iam-role": { metadata: { annotations: { "crossplane.io/external-name": "before" } } },
    };
    const plan = render(config, {}, observed);
    expect(nameOf(plan)).toBe("before");
    expect(provided(plan, "iam-policy")["role"]).toBe("before");
    expect(provided(plan, "pod-identity")["roleArn"]).toBe("arn:aws:iam::123456789012:role/before");
  });
});
