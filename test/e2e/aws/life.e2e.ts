import { afterAll, beforeAll, expect, test } from "vitest";
import { at, condition } from "../kubernetes.ts";
import { tell } from "../story.ts";
import { settled, unchanged, until } from "../until.ts";
import { AwsWorld, CLOSING_MS, QUEUES } from "./world.ts";

const FIRST = "parcel";
const SECOND = "letter";
let aws: AwsWorld;
beforeAll(async () => void (aws = await AwsWorld.open()));
afterAll(async () => await aws.close(), CLOSING_MS);

test("until the provider has reported every object it is Creating, and says what it waits for", async () => {
  const handler = "slow";
  aws.commit(FIRST, { access: { sendTo: [SECOND] }, deletion: { messages: "Retain" } }, { handler });
  aws.commit(SECOND, { access: { sendTo: [] }, deletion: { messages: "Delete" } }, { handler });
  const seen = new Map<string, string>();
  await until(
    "both sleep",
    async () => {
      const live = await Promise.all([FIRST, SECOND].map((name) => aws.actors.actor(name)));
      const told = live.flatMap(({ status }) => (status?.["status"] === undefined ? [] : [status]));
      for (const { status, message } of told) seen.set(String(message), String(status));
      return told.map(({ status }) => status);
    },
    (states) => states.filter((state) => state === "Napping").length === 2,
    120_000,
  );
  for (const [message, state] of seen) tell(`${state}: ${message}`);
  expect(new Set(seen.values())).toEqual(new Set(["Creating", "Napping"]));
  expect([...seen.keys()].join("\n")).toContain("a queue takes about 25 s until its provider reports it");
  for (const name of [FIRST, SECOND]) await aws.actors.says(name, "Ready", "True");
});

test("both queues are in SQS with every attribute as composed", async () => {
  const queue = await aws.sqs.attributes(FIRST);
  expect(queue).toMatchObject({
    QueueArn: aws.arn(FIRST),
    DelaySeconds: "0",
    MaximumMessageSize: "1048576",
    MessageRetentionPeriod: "86400",
    ReceiveMessageWaitTimeSeconds: "20",
    VisibilityTimeout: "20",
  });
  expect(JSON.parse(queue["RedrivePolicy"] ?? "")).toEqual({
    deadLetterTargetArn: aws.arn(`${FIRST}-dlq`),
    maxReceiveCount: 7,
  });
  const deadLetters = await aws.sqs.attributes(`${FIRST}-dlq`);
  expect(deadLetters).toMatchObject({ MessageRetentionPeriod: "259200", VisibilityTimeout: "30" });
  expect(deadLetters["RedrivePolicy"]).toBeUndefined();
  expect(await aws.sqs.tags(FIRST)).toMatchObject({
    team: "e2e",
    "asya.sh/actor": FIRST,
    "asya.sh/namespace": aws.actors.kubernetes.namespace,
  });
  const retain = ["Observe", "Create", "Update", "LateInitialize"];
  expect(await managementPolicies("asya-parcel")).toEqual(retain);
  expect(await managementPolicies("asya-parcel-dlq")).toEqual(retain);
  expect(await managementPolicies("asya-letter")).toEqual(["*"]);
});

test("at rest nothing moves, also when the provider looks again: it fills in nothing and undoes nothing", async () => {
  // n.b. The observer has asked KEDA in vain while there was no queue, and asks again later.
  for (const name of [FIRST, SECOND])
    await until(
      `the observer knows the depth of ${name}`,
      async () => (await aws.actors.actor(name)).status?.["queuedMessages"],
      (depth) => depth === 0,
    );
  await settled("resource versions", versions, 20_000, 90_000);
  await unchanged("a resource version", versions, 20_000);
  const before = await composed();
  for (const { metadata } of await aws.actors.kubernetes.list(QUEUES)) lookAgain(metadata.name);
  await settled("resource versions", versions, 10_000);
  expect(await composed()).toEqual(before);
});

test("an edit of the timeout is in SQS at once and starts no pod", async () => {
  aws.actors.edit(FIRST, { timeout: { processing: 15 } });
  await until(
    "a new visibility timeout",
    () => aws.sqs.attributes(FIRST),
    ({ VisibilityTimeout }) => VisibilityTimeout === "30",
  );
  await aws.actors.reaches(FIRST, "Napping");
  expect(await replicas(FIRST)).toBe(0);
});

test("a message wakes it, its result goes to the next queue, both sleep again", async () => {
  const { mail, sqs } = aws;
  await mail.watchDeadLetters(FIRST);
  await mail.send([FIRST, SECOND], 12, { seconds: 1 });
  await wakes(FIRST);
  await wakes(SECOND);
  await mail.allEnd(120_000);
  expect(mail.account()).toEqual({ happy: 12, failed: 0, dead: 0, missing: [] });
  tell("12 messages have ended at happy-end");
  for (const name of [FIRST, SECOND]) {
    await until(
      `${name} is at zero`,
      () => replicas(name),
      (wanted) => wanted === 0,
      120_000,
    );
    const asleep = await aws.actors.reaches(name, "Napping");
    expect(asleep.status?.["message"]).toBe("scaled to zero; a message wakes it");
    expect(await sqs.depth(name)).toBe(0);
  }
  tell("both sleep again");
});

test("with Delete queue and dead letters go at once", async () => {
  await aws.actors.remove(SECOND);
  await until(
    "letter's queues are gone",
    () => aws.sqs.queues(),
    (queues) => !queues.some((queue) => queue.startsWith(SECOND)),
  );
  tell("letter's queues are gone from SQS");
});

test("a queue that vanishes is told by KEDA while the provider still calls it Ready, and comes back", async () => {
  await aws.sqs.remove(FIRST);
  const live = await aws.actors.reaches(FIRST, "ScalingError", 90_000);
  tell(`parcel is ScalingError: ${String(live.status?.["message"])}`);
  const object = await aws.actors.kubernetes.get(QUEUES, "asya-parcel");
  expect(condition(object, "Ready")?.["status"]).toBe("True");
  lookAgain("asya-parcel");
  await aws.actors.reaches(FIRST, "Napping", 120_000);
  expect(await aws.sqs.queues()).toContain(FIRST);
  tell("the provider has looked again: parcel has its queue");
});

test("with Retain they stay with their messages for the next actor of the name", async () => {
  const { actors, mail, sqs } = aws;
  actors.edit(FIRST, { scaling: { enabled: false }, workload: { replicas: 0 } });
  await actors.reaches(FIRST, "Napping");
  await mail.send([FIRST], 3);
  await actors.remove(FIRST);
  expect(await sqs.queues()).toEqual(["error-end", "happy-end", FIRST, `${FIRST}-dlq`]);
  expect(await sqs.depth(FIRST)).toBe(3);
  tell("parcel is deleted, 3 messages wait in its queue");
  aws.commit(FIRST, { access: { sendTo: [] }, deletion: { messages: "Retain" } });
  await mail.allEnd(180_000);
  expect(mail.account()).toEqual({ happy: 15, failed: 0, dead: 0, missing: [] });
  tell("the new parcel has handled them");
});

/** What the provider does by itself every 10 minutes. */
function lookAgain(queue: string): void {
  const look = `asya.sh/looked-at=${Date.now()}`;
  aws.actors.kubernetes.kubectl(["annotate", QUEUES, queue, look, "--overwrite"]);
}

async function wakes(name: string): Promise<void> {
  await until(
    `a replica of ${name} is wanted`,
    () => replicas(name),
    (wanted) => wanted >= 1,
    120_000,
  );
  tell(`KEDA has woken ${name}`);
}

async function replicas(name: string): Promise<number> {
  return Number(at(await aws.actors.kubernetes.get("deployments", name), "spec", "replicas"));
}

async function managementPolicies(queue: string): Promise<unknown> {
  return at(await aws.actors.kubernetes.get(QUEUES, queue), "spec", "managementPolicies");
}

async function composed(): Promise<Record<string, unknown>> {
  const objects = (await aws.managed()).map(({ kind, metadata, spec }): [string, unknown] => [
    `${kind}/${metadata.name}`,
    { generation: metadata.generation, spec },
  ]);
  return Object.fromEntries(objects);
}

async function versions(): Promise<Record<string, string>> {
  const { kubernetes } = aws.actors;
  const ours = [FIRST, SECOND].flatMap((name) => [
    kubernetes.get("asyncactors", name),
    kubernetes.get("deployments", name),
    kubernetes.get("triggerauthentications", `${name}-trigger-auth`),
  ]);
  const objects = [...(await aws.managed()), ...(await Promise.all(ours))];
  return Object.fromEntries(
    objects.map(({ kind, metadata }) => [`${kind}/${metadata.name}`, metadata.resourceVersion]),
  );
}
