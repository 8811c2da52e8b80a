/** What only SQS can do to a client, and what it must then do. */
import {
  GetQueueUrlCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { type MessageTransport, TransportError } from "../../transports/messages.ts";
import { sqsClient } from "../../transports/sqs/client.ts";
import { type Bed, MissingServer, openOrMissing } from "./bed.ts";
import { bytes, Receiver, text } from "./receiver.ts";
import { startMoto } from "./servers/moto.ts";
import { sqsBed } from "./sqs-bed.ts";

vi.setConfig({ testTimeout: 30_000 });

let bed: Bed;
let admin: SQSClient;
let missing: MissingServer | undefined;
let queues = 0;

beforeAll(async () => {
  const opened = await openOrMissing("sqs's faults", async () => await sqsBed(await startMoto()));
  if (opened instanceof MissingServer) {
    missing = opened;
    return;
  }
  bed = opened;
  const { ASYA_AWS_REGION: region = "", ASYA_SQS_ENDPOINT: endpoint } = bed.env;
  admin = sqsClient({ region, endpoint });
}, 240_000);
afterAll(async () => {
  admin?.destroy();
  await bed?.close();
});
beforeEach(({ skip }) => {
  if (missing !== undefined) skip(missing.message);
});

test("a queue that takes less than SQS does says so before anything is sent", async () => {
  const { actor, QueueUrl } = await actorWithQueue();
  const Attributes = { MaximumMessageSize: "2048" };
  await admin.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  const transport = await connect(actor);
  const receiver = new Receiver(transport);
  await expect.poll(() => transport.maxMessageBytes).toBe(2_048);
  await transport.send(actor, Buffer.alloc(2_048, "x"));
  await expect(transport.send(actor, Buffer.alloc(2_049, "x"))).rejects.toMatchObject({
    name: "MessageTooLarge",
    bytes: 2_049,
    maxBytes: 2_048,
  });
  await (await receiver.next()).ack();
});

test("a message that comes before its time is sent round again until it is due", async () => {
  const { actor, QueueUrl } = await actorWithQueue();
  const dueMs = Date.now() + 2_500;
  const MessageAttributes = { "asya-due": { DataType: "String", StringValue: String(dueMs) } };
  await admin.send(new SendMessageCommand({ QueueUrl, MessageBody: "early", MessageAttributes }));
  const delivery = await new Receiver(await connect(actor)).next();
  expect([text(delivery), delivery.redelivered]).toEqual(["early", false]);
  expect(Date.now()).toBeGreaterThanOrEqual(dueMs);
  await delivery.ack();
});

test("a message of an Asya 0.1 sidecar, without any attribute, comes as it is", async () => {
  const { actor, QueueUrl } = await actorWithQueue();
  await admin.send(new SendMessageCommand({ QueueUrl, MessageBody: "plain ünicode" }));
  const delivery = await new Receiver(await connect(actor)).next();
  expect(text(delivery)).toBe("plain ünicode");
  await delivery.ack();
});

test("an ack after the lease has ended is false", async () => {
  const { actor } = await actorWithQueue(1_000);
  const transport = await connect(actor);
  transport.setPrefetch(2);
  await transport.send(actor, bytes("slow"));
  const receiver = new Receiver(transport);
  const expired = await receiver.next();
  const again = await receiver.next();
  expect(again.redelivered).toBe(true);
  expect(await expired.ack()).toBe(false);
  await again.ack();
});

test("with its server gone, a send rejects and the transport is not connected", async () => {
  const { actor } = await actorWithQueue();
  const env = { ...bed.env, ASYA_SQS_ENDPOINT: "http://127.0.0.1:1" };
  const { connectTransport } = await import("../../transports/clients.ts");
  const problems: string[] = [];
  const transport = await connectTransport(env, {
    actor,
    onProblem: ({ message }) => problems.push(message),
  });
  onTestFinished(async () => await transport.close());
  const receiver = new Receiver(transport);
  await expect(transport.send(actor, bytes("x"))).rejects.toThrow(TransportError);
  expect(transport.connected()).toBe(false);
  await expect.poll(() => problems[0], { timeout: 5_000 }).toContain("ECONNREFUSED");
  await receiver.stop();
});

async function actorWithQueue(leaseMs = 20_000) {
  const actor = `fault-${++queues}`;
  await bed.declare(actor, { leaseMs });
  const { QueueUrl = "" } = await admin.send(new GetQueueUrlCommand({ QueueName: `asya-${actor}` }));
  return { actor, QueueUrl };
}

async function connect(actor: string): Promise<MessageTransport> {
  const transport = await bed.connect({ actor });
  onTestFinished(async () => await transport.close());
  return transport;
}
