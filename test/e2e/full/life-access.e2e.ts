import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { at } from "../kubernetes.ts";
import { Platform } from "../platform.ts";
import { tell } from "../story.ts";
import { until } from "../until.ts";
import { World } from "../world.ts";

const { platform: settings } = inject("run");
const ACCESS_KINDS = ["users", "permissions", "topicpermissions"] as const;

let world: World;
let platform: Platform;
beforeAll(async () => {
  world = await World.open();
  platform = new Platform(world.kubernetes, settings);
  accessIs("perActor");
  world.commit("lender", { handler: "first", spec: { access: { sendTo: ["borrower"] } } });
  world.commit("borrower", { handler: "second", spec: { access: { sendTo: [] } } });
  for (const name of ["lender", "borrower"]) await world.reaches(name, "Napping", 90_000);
});
afterAll(async () => {
  for (const name of ["lender", "borrower"]) await world.remove(name);
  platform.editNamespace({ transports: null });
  await world.close();
});

test("each actor has a user of its own, and messages go where sendTo allows", async () => {
  await world.mail.send(["lender", "borrower"], 10);
  await world.mail.allEnd(120_000);
  expect(world.mail.account()).toEqual({ happy: 10, failed: 0, dead: 0, missing: [] });
  const users = await Promise.all(["lender", "borrower"].map(async (name) => (await login(name)).username));
  expect(new Set(users).size).toBe(2);
  tell("10 messages went through lender and borrower, each as a user of its own");
});

test("the broker itself refuses a user what its actor may not: another's queue, and a send to others", async () => {
  const own = await login("borrower");
  const sender = await world.broker.connect(undefined, own);
  try {
    await expect(sender.send("lender", Buffer.from("{}"))).rejects.toThrow(/ACCESS_REFUSED/);
  } finally {
    await sender.close();
  }
  const problems: string[] = [];
  const reader = await world.broker.connect("lender", own, ({ message }) => problems.push(message));
  const reading = new AbortController();
  const received = (async () => {
    for await (const delivery of reader.receive(reading.signal)) await delivery.release();
  })();
  reader.setPrefetch(1);
  try {
    await until(
      "the broker refuses to let it read",
      () => Promise.resolve(problems),
      (seen) => seen.some((message) => message.includes("ACCESS_REFUSED")),
      30_000,
    );
  } finally {
    reading.abort();
    await received;
    await reader.close();
  }
  tell("borrower's user may neither send to lender nor read its queue");
});

test("back to one user for all: the actors' users and their rights go", async () => {
  accessIs("shared");
  for (const kind of ACCESS_KINDS) {
    await until(
      `${kind} are gone`,
      () => world.kubernetes.list(kind),
      (objects) => objects.every(({ metadata }) => !OURS.includes(metadata.name)),
      60_000,
    );
  }
  await world.mail.send(["lender", "borrower"], 5);
  await world.mail.allEnd(120_000);
  expect(world.mail.account()).toMatchObject({ happy: 15, failed: 0, dead: 0 });
  tell("with shared access the messages go on, and the users are gone");
});

const OURS = ["asya-lender", "asya-borrower"];

function accessIs(access: string): void {
  platform.editNamespace({ transports: { rabbitmq: { config: { access } } } });
}

/** What the sidecar of an actor logs in with. */
async function login(name: string): Promise<{ username: string; password: string }> {
  const secret = await world.kubernetes.get("secrets", `asya-${name}-user-credentials`);
  const read = (key: string) => Buffer.from(String(at(secret, "data", key)), "base64").toString();
  return { username: read("username"), password: read("password") };
}
