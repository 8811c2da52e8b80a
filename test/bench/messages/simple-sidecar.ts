/** The simplest sidecar that is correct: one message after the other, a connection to the runtime for each (wire 1). */
import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { connect, type ConsumeMessage } from "amqplib";
import { queueName } from "../../../core/names.ts";
import { connectOptions } from "../../../transports/rabbitmq/client-connection.ts";
import { fromEnv } from "../../../transports/rabbitmq/settings.ts";
import { WORK } from "./queues.ts";

interface Result {
  route: { actors: string[]; current: number };
  payload: unknown;
}

const settings = fromEnv(process.env);
const socket = join(process.env["ASYA_SOCKET_DIR"] ?? "/var/run/asya", "asya-runtime.sock");
const model = await connect(...connectOptions(settings, "simple sidecar"));
const incoming = await model.createChannel();
const outgoing = await model.createConfirmChannel();
await incoming.prefetch(1);
let handled = Promise.resolve();
const { consumerTag } = await incoming.consume(queueName(WORK), (message) => {
  if (message === null) throw new Error("the broker cancelled the consumer");
  handled = handled.then(() => handle(message));
});
await once(process, "SIGTERM");
await incoming.cancel(consumerTag);
await handled;
await incoming.close();
await model.close();

async function handle(message: ConsumeMessage): Promise<void> {
  const envelope = JSON.parse(message.content.toString("utf8")) as object;
  const [result] = await run(Buffer.from(JSON.stringify(envelope)));
  if (result === undefined) throw new Error("the handler of the bench returns what it gets");
  const { route, payload } = result;
  const body = Buffer.from(JSON.stringify({ ...envelope, route, payload }));
  outgoing.publish(settings.exchange, route.actors[route.current]!, body, {
    persistent: true,
    mandatory: true,
  });
  await outgoing.waitForConfirms();
  incoming.ack(message);
}

async function run(body: Buffer): Promise<Result[]> {
  const connection = connectSocket(socket);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  connection.write(Buffer.concat([length, body]));
  const reply = await buffer(connection);
  return JSON.parse(reply.subarray(4).toString("utf8")) as Result[];
}
