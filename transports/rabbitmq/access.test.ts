import { describe, expect, it } from "vitest";
import type { Observed } from "../../core/manifest.ts";
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
  connection: { clusterReference: { name: "mq" } },
};

const USER: Observed = { kind: "User", status: { username: "hRx-8_random" } };

function render(actor: Partial<ActorView> = {}, observed: Record<string, Observed> = {}, config = CONFIG) {
  return rabbitmq.render({ actor: { ...ACTOR, ...actor }, transportName: "q", config, observed });
}

function permissionsOf(plan: ReturnType<typeof render>, key: string): unknown {
  const spec = plan.objects[key]?.["spec"] as Record<string, unknown> | undefined;
  return spec?.["permissions"];
}

it("access perActor: an own user, which KEDA uses as well, with its password in the operator's Secret", () => {
  const plan = render();
  expect(plan.objects["rabbitmq-user"]).toEqual({
    apiVersion: "rabbitmq.com/v1beta1",
    kind: "User",
    metadata: { name: "asya-summarizer" },
    spec: { tags: ["management"], rabbitmqClusterReference: { name: "mq" } },
  });
  const secret = "asya-summarizer-user-credentials";
  expect(plan.sidecarEnv).toContainEqual({
    name: "ASYA_RABBITMQ_USERNAME",
    valueFrom: { secretKeyRef: { name: secret, key: "username" } },
  });
  expect(plan.sidecarEnv).toContainEqual({
    name: "ASYA_RABBITMQ_PASSWORD",
    valueFrom: { secretKeyRef: { name: secret, key: "password" } },
  });
  expect(plan.authentication).toEqual({
    secretTargetRef: [
      { parameter: "username", name: secret, key: "username" },
      { parameter: "password", name: secret, key: "password" },
    ],
  });
});

it("access shared: no user and no permissions", () => {
  const plan = render({}, {}, { ...CONFIG, access: "shared" });
  expect(Object.keys(plan.objects)).toEqual(["rabbitmq-queue", "rabbitmq-dlq", "rabbitmq-binding"]);
});

describe("permissions join once the user's random name is known, and stay", () => {
  it("not before: Permission.user can never be changed", () => {
    expect(Object.keys(render().objects)).not.toContain("rabbitmq-permission");
  });

  it("while dead letters are redriven they give the own dead letters to read, and only then", () => {
    const read = (redriving: boolean) =>
      permissionsOf(render({ redriving }, { "rabbitmq-user": USER }), "rabbitmq-permission");
    expect(read(false)).toMatchObject({ read: "^asya-summarizer$" });
    expect(read(true)).toEqual({
      ...(read(false) as object),
      read: "^(asya-summarizer|asya-summarizer-dlq)$",
    });
  });

  it("they name the user", () => {
    const plan = render({}, { "rabbitmq-user": USER });
    expect(plan.objects["rabbitmq-permission"]).toMatchObject({ spec: { user: "hRx-8_random", vhost: "/" } });
    expect(plan.objects["rabbitmq-topic-permission"]).toMatchObject({
      spec: { user: "hRx-8_random", vhost: "/" },
    });
  });

  it("a user that has no status for a moment drops nothing", () => {
    const known = render({}, { "rabbitmq-user": USER }).objects;
    const observed = {
      "rabbitmq-user": {},
      "rabbitmq-permission": known["rabbitmq-permission"] as unknown as Observed,
    };
    expect(render({}, observed).objects).toEqual(known);
  });
});

describe("an actor may do what its work needs", () => {
  it("read its own queue, and send to any actor where spec.access.sendTo is absent", () => {
    const plan = render({}, { "rabbitmq-user": USER });
    expect(permissionsOf(plan, "rabbitmq-permission")).toEqual({
      configure: "^$",
      read: "^asya-summarizer$",
      write: "^(asya|asya-delay)$",
    });
    expect(permissionsOf(plan, "rabbitmq-topic-permission")).toEqual({
      exchange: "asya",
      read: "^$",
      write: ".*",
    });
  });

  it.each([
    [["b", "a"], "^(a|b|error-end|happy-end|summarizer)$"],
    [[], "^(error-end|happy-end|summarizer)$"],
    [["summarizer", "happy-end"], "^(error-end|happy-end|summarizer)$"],
  ])("send to %j, itself and the end actors only, and not through the delay exchange", (sendTo, write) => {
    const plan = render({ sendTo }, { "rabbitmq-user": USER });
    expect(permissionsOf(plan, "rabbitmq-permission")).toMatchObject({ write: "^asya$" });
    expect(permissionsOf(plan, "rabbitmq-topic-permission")).toMatchObject({ write });
  });

  it("an exchange's dots are no wildcards", () => {
    const plan = render({ sendTo: [] }, { "rabbitmq-user": USER }, { ...CONFIG, exchange: "a.b" });
    expect(permissionsOf(plan, "rabbitmq-permission")).toMatchObject({ write: "^a\\.b$" });
  });
});
