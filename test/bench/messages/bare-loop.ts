/** The ceiling: what the broker and amqplib can do where nobody looks into a message. Prefetch and writes as a sidecar's. */
import { once } from "node:events";
import { connect } from "amqplib";
import { queueName } from "../../../core/names.ts";
import { connectOptions } from "../../../transports/rabbitmq/client-connection.ts";
import { gatherWrites } from "../../../transports/rabbitmq/client-writes.ts";
import { fromEnv } from "../../../transports/rabbitmq/settings.ts";
import { NEXT, WORK } from "./queues.ts";

/** As many as the sidecar has in hand for the shortest handlers. */
const PREFETCH = 500;

const settings = fromEnv(process.env);
const model = await connect(...connectOptions(settings, "bare loop"));
gatherWrites(model);
const incoming = await model.createChannel();
const outgoing = await model.createConfirmChannel();
await incoming.prefetch(PREFETCH);
const { consumerTag } = await incoming.consume(queueName(WORK), (message) => {
  if (message === null) throw new Error("the broker cancelled the consumer");
  const options = { persistent: true, mandatory: true };
  outgoing.publish(settings.exchange, NEXT, message.content, options, (error) => {
    if (error !== null) throw error as Error;
    incoming.ack(message);
  });
});
await once(process, "SIGTERM");
await incoming.cancel(consumerTag);
await outgoing.waitForConfirms();
await incoming.close();
await model.close();
