/** What only RabbitMQ can do to a client, and what it must then do. */
import { mkdtempSync, rmSync } from "node:fs";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ChannelModel, connect } from "amqplib";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { makeCertificates } from "../../cli/certificates.ts";
import { type MessageTransport, TransportError } from "../../transports/messages.ts";
import { connectRabbitmq } from "../../transports/rabbitmq/client.ts";
import { DUE_HEADER } from "../../transports/rabbitmq/delays.ts";
import { fromEnv } from "../../transports/rabbitmq/settings.ts";
import { MissingServer, openOrMissing } from "./bed.ts";
import { bytes, Receiver, text } from "./receiver.ts";
import { Proxy } from "./servers/proxy.ts";
import { RabbitmqServer } from "./servers/rabbitmq.ts";

vi.setConfig({ testTimeout: 60_000 });

const certificates = mkdtempSync(join(tmpdir(), "asya-certificates-"));
let server: RabbitmqServer;
let proxy: Proxy;
let admin: ChannelModel;
let missing: MissingServer | undefined;
let queues = 0;

beforeAll(async () => {
  const opened = await openOrMissing("rabbitmq's faults", async () => {
    await makeCertificates(certificates);
    return await RabbitmqServer.start(certificates);
  });
  if (opened instanceof MissingServer) {
    missing = opened;
    return;
  }
  server = opened;
  proxy = await Proxy.to(server.port);
  admin = await connect(`amqp://127.0.0.1:${server.port}`);
}, 120_000);
afterAll(async () => {
  await admin?.close();
  await proxy?.close();
  await server?.stop();
  rmSync(certificates, { recursive: true });
}, 60_000);

beforeEach(({ skip }) => {
  if (missing !== undefined) skip(missing.message);
});

test("after a cut an ack of the old connection is false, and the message comes again", async () => {
  const actor = await actorWithQueue();
  const transport = await connectAs(actor);
  // One in hand, whatever has become of it, and one more.
  transport.setPrefetch(2);
  await transport.send(actor, bytes("twice"));
  const receiver = new Receiver(transport);
  const stale = await receiver.next();
  proxy.cut();
  const again = await receiver.next();
  expect([text(again), again.redelivered]).toEqual(["twice", true]);
  expect(await stale.ack()).toBe(false);
  expect(await again.ack()).toBe(true);
});

test("acks out of order settle exactly what was acked", async () => {
  const actor = await actorWithQueue();
  const transport = await connectAs(actor);
  transport.setPrefetch(6);
  for (const body of ["0", "1", "2", "3", "4", "5"]) await transport.send(actor, bytes(body));
  const deliveries = await new Receiver(transport).take(6);
  const kept = ["1", "4"];
  const done = deliveries.filter((delivery) => !kept.includes(text(delivery)));
  expect(await Promise.all(done.toReversed().map((delivery) => delivery.ack()))).toEqual([
    true,
    true,
    true,
    true,
  ]);
  await transport.close();
  const second = await connectAs(actor);
  second.setPrefetch(6);
  const receiver = new Receiver(second);
  const left = await receiver.take(2);
  expect(left.map(text).sort()).toEqual(kept);
  for (const delivery of left) await delivery.ack();
  expect(await receiver.unexpected(500)).toBeUndefined();
});

test("a deleted queue is waited for, and consumed again when it is back", async () => {
  const actor = await actorWithQueue();
  const problems: string[] = [];
  const transport = await connectAs(actor, {}, (problem) => problems.push(problem.message));
  const receiver = new Receiver(transport);
  await transport.send(actor, bytes("before"));
  await (await receiver.next()).ack();
  await withChannel(async (channel) => await channel.deleteQueue(`asya-${actor}`));
  await expect.poll(() => transport.connected()).toBe(false);
  await expect(transport.send(actor, bytes("nowhere"))).rejects.toMatchObject({ name: "QueueNotFound" });
  await declareQueue(actor);
  await transport.send(actor, bytes("after"));
  const delivery = await receiver.next();
  expect(text(delivery)).toBe("after");
  await delivery.ack();
  expect(problems.join("\n")).toContain(`asya-${actor}`);
});

test("a broker that takes no messages for a while delays a send, and a close does not wait for it", async () => {
  const actor = await actorWithQueue();
  const problems: string[] = [];
  const transport = await connectAs(actor, {}, (problem) => problems.push(problem.message));
  await transport.send(actor, bytes("before"));
  await server.control("set_vm_memory_high_watermark", "0.0001");
  onTestFinished(async () => void (await server.control("set_vm_memory_high_watermark", "absolute", "1GB")));
  const sends = ["blocked 1", "blocked 2"].map((body) => transport.send(actor, bytes(body)));
  await expect.poll(() => problems.join(), { timeout: 10_000 }).toContain("takes no messages for now");
  const doomed = await connectAs(actor);
  const doomedSend = doomed.send(actor, bytes("doomed")).catch((error: unknown) => error);
  const startedAt = Date.now();
  await doomed.close();
  expect(await doomedSend).toBeInstanceOf(TransportError);
  expect(Date.now() - startedAt).toBeLessThan(4_000);
  await server.control("set_vm_memory_high_watermark", "absolute", "1GB");
  await Promise.all(sends);
});

test("closing does not wait for a broker that accepts connections and says nothing", async () => {
  const mute = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void mute.close());
  await once(mute, "listening");
  const { port } = mute.address() as AddressInfo;
  const transport = await connectAs("a", { ASYA_RABBITMQ_PORT: String(port) });
  const [socket] = (await once(mute, "connection")) as [Socket];
  const startedAt = Date.now();
  await transport.close();
  expect(Date.now() - startedAt).toBeLessThan(4_000);
  socket.destroy();
});

test("without an exchange a send says so", async () => {
  const transport = await connectAs(await actorWithQueue(), { ASYA_RABBITMQ_EXCHANGE: "nowhere" });
  await expect(transport.send("a", bytes("x"))).rejects.toThrow(/no exchange 'nowhere'/);
});

test("an unreachable broker rejects a send in time and is reported with its address", async () => {
  const problems: string[] = [];
  const transport = await connectAs("a", { ASYA_RABBITMQ_PORT: "1" }, (problem) =>
    problems.push(problem.message),
  );
  expect(transport.connected()).toBe(false);
  await expect(transport.send("a", bytes("x"))).rejects.toThrow("RabbitMQ at 127.0.0.1:1 cannot be reached");
  expect(problems[0]).toMatch(/^connection to RabbitMQ at 127.0.0.1:1 failed: .*ECONNREFUSED/);
});

test("a user who may not send somewhere gets an error and keeps receiving", async () => {
  const actor = await actorWithQueue();
  const other = await actorWithQueue();
  const transport = await connectAs(actor, await restrictedUser(actor));
  const receiver = new Receiver(transport);
  await transport.send(actor, bytes("own"));
  const inHand = await receiver.next();
  await expect(transport.send(other, bytes("forbidden"))).rejects.toThrow(/ACCESS_REFUSED/);
  expect(await inHand.ack()).toBe(true);
  await transport.send(actor, bytes("own again"));
  await (await receiver.next()).ack();
});

test("where no delay queue may be used, a delayed send waits here and leaves room for others", async () => {
  const actor = await actorWithQueue();
  const transport = await connectAs(actor, await restrictedUser(actor));
  const receiver = new Receiver(transport);
  await transport.send(actor, bytes("first"));
  const inHand = await receiver.next();
  const startedAt = Date.now();
  const retry = transport.send(actor, bytes("retry"), { delayMs: 3_000 });
  await transport.send(actor, bytes("second"));
  const second = await receiver.next(2_000);
  expect(text(second)).toBe("second");
  await second.ack();
  await retry;
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(2_990);
  await inHand.ack();
  const retried = await receiver.next();
  expect(text(retried)).toBe("retry");
  await retried.ack();
});

test("closing rejects a delayed send that waits here, so that its cause is released", async () => {
  const actor = await actorWithQueue();
  const transport = await connectAs(actor, await restrictedUser(actor));
  await transport.send(actor, bytes("first"));
  const inHand = await new Receiver(transport).next();
  const retry = transport.send(actor, bytes("retry"), { delayMs: 60_000 }).catch((error: unknown) => error);
  await transport.close();
  expect(await retry).toBeInstanceOf(TransportError);
  expect(await inHand.ack()).toBe(false);
  const delivery = await new Receiver(await connectAs(actor)).next();
  expect(text(delivery)).toBe("first");
  await delivery.ack();
});

test("a message that comes before its time is sent round again until it is due", async () => {
  const actor = await actorWithQueue();
  const dueMs = Date.now() + 2_500;
  await withChannel(async (channel) => {
    channel.sendToQueue(`asya-${actor}`, Buffer.from("early"), { headers: { [DUE_HEADER]: String(dueMs) } });
    await channel.waitForConfirms();
  });
  const delivery = await new Receiver(await connectAs(actor)).next();
  // It came as a new message, not by being returned to the queue again and again.
  expect([text(delivery), delivery.redelivered]).toEqual(["early", false]);
  expect(Date.now()).toBeGreaterThanOrEqual(dueMs);
  await delivery.ack();
});

test("users, passwords and vhosts with any characters connect, by URL and by single variables", async () => {
  const [username, password, vhost] = ["us/er@", "p:a%40ss/?#", "v/h%2F"];
  await server.control("add_vhost", vhost);
  await server.control("add_user", username, password);
  await server.control("set_permissions", "-p", vhost, username, ".*", ".*", ".*");
  const escaped = [username, password, vhost].map(encodeURIComponent);
  const byUrl = {
    ASYA_RABBITMQ_URL: `amqp://${escaped[0]}:${escaped[1]}@127.0.0.1:${proxy.port}/${escaped[2]}`,
  };
  const byVariables = {
    ASYA_RABBITMQ_USERNAME: username,
    ASYA_RABBITMQ_PASSWORD: password,
    ASYA_RABBITMQ_VHOST: vhost,
  };
  for (const env of [byUrl, byVariables]) {
    const transport = await connectAs("a", env);
    await expect.poll(() => transport.connected(), { timeout: 5_000 }).toBe(true);
  }
});

test("a wrong password is reported without the password", async () => {
  const problems: string[] = [];
  await connectAs("a", { ASYA_RABBITMQ_PASSWORD: "s3cret" }, (problem) => problems.push(problem.message));
  await expect.poll(() => problems.join("\n"), { timeout: 10_000 }).toContain("ACCESS-REFUSED");
  expect(problems.join("\n")).not.toContain("s3cret");
});

test("over TLS, with a client certificate where the broker wants one, messages travel as well", async () => {
  const actor = await actorWithQueue();
  const transport = await connectAs(actor, overTls());
  const receiver = new Receiver(transport);
  await transport.send(actor, bytes("secret"));
  const delivery = await receiver.next();
  expect(text(delivery)).toBe("secret");
  await delivery.ack();
});

test.for([
  ["a stranger's authority is not trusted", { ASYA_RABBITMQ_CA_FILE: "" }, /certificate/],
  [
    "no client certificate, no connection",
    { ASYA_RABBITMQ_CERT_FILE: "", ASYA_RABBITMQ_KEY_FILE: "" },
    /failed: /,
  ],
  ["a missing file is named", { ASYA_RABBITMQ_CA_FILE: "/nowhere/ca.crt" }, /\/nowhere\/ca.crt/],
] as const)("over TLS %s", async ([, env, message]) => {
  const problems: string[] = [];
  const transport = await connectAs("a", { ...overTls(), ...env }, (problem) =>
    problems.push(problem.message),
  );
  await expect.poll(() => problems.join("\n"), { timeout: 10_000 }).toMatch(message);
  expect(transport.connected()).toBe(false);
});

/** n.b. Not through the proxy: only its address is the same. */
function overTls(): Record<string, string> {
  return {
    ASYA_RABBITMQ_TLS: "enable",
    ASYA_RABBITMQ_PORT: String(server.tlsPort),
    ASYA_RABBITMQ_CA_FILE: join(certificates, "ca.crt"),
    ASYA_RABBITMQ_CERT_FILE: join(certificates, "client.crt"),
    ASYA_RABBITMQ_KEY_FILE: join(certificates, "client.key"),
  };
}

async function connectAs(
  actor: string,
  env: Record<string, string> = {},
  onProblem: (problem: Error) => void = () => {},
): Promise<MessageTransport> {
  const address = { ASYA_RABBITMQ_HOST: "127.0.0.1", ASYA_RABBITMQ_PORT: String(proxy.port) };
  const transport = await connectRabbitmq(fromEnv({ ...address, ...env }), { actor, onProblem });
  onTestFinished(async () => await transport.close());
  return transport;
}

async function actorWithQueue(): Promise<string> {
  const actor = `fault-${++queues}`;
  await declareQueue(actor);
  return actor;
}

async function declareQueue(actor: string): Promise<void> {
  await withChannel(async (channel) => {
    await channel.assertExchange("asya", "topic", { durable: true });
    await channel.assertQueue(`asya-${actor}`, { durable: true, arguments: { "x-queue-type": "quorum" } });
    await channel.bindQueue(`asya-${actor}`, "asya", actor);
  });
}

async function withChannel(
  work: (channel: Awaited<ReturnType<ChannelModel["createConfirmChannel"]>>) => Promise<unknown>,
): Promise<void> {
  const channel = await admin.createConfirmChannel();
  await work(channel);
  await channel.close();
}

/** What `access: perActor` with `sendTo: []` renders. */
async function restrictedUser(actor: string): Promise<Record<string, string>> {
  const user = `user-${actor}`;
  await server.control("add_user", user, "pw");
  await server.control("set_permissions", user, "^$", "^asya$", `^asya-${actor}$`);
  await server.control("set_topic_permissions", user, "asya", `^${actor}$`, "^$");
  return { ASYA_RABBITMQ_USERNAME: user, ASYA_RABBITMQ_PASSWORD: "pw" };
}
