import type { Channel, ChannelModel } from "amqplib";
import { deadLetterQueueName } from "../../core/names.ts";
import { QueueNotFound, TransportError } from "../messages.ts";

/**
 * Sends each message that lies in the queue's dead letters now and acks it then.
 *
 * @param send - resolves when the broker has it safely.
 * @throws {QueueNotFound | TransportError} and whatever `send` throws; what was not acked is back in the dead letters.
 */
export async function redriveQueue(
  model: ChannelModel,
  queue: string,
  send: (body: Uint8Array) => Promise<void>,
): Promise<number> {
  const deadLetters = deadLetterQueueName(queue);
  const channel = await opened(model);
  try {
    const { messageCount } = await asked(deadLetters, channel.checkQueue(deadLetters));
    for (let moved = 0; moved < messageCount; moved++) {
      const message = await asked(deadLetters, channel.get(deadLetters));
      if (message === false) return moved;
      await send(message.content);
      channel.ack(message);
    }
    return messageCount;
  } finally {
    // Gives back what was not acked. n.b. An error of the channel has closed it already, and then this throws.
    await closed(channel);
  }
}

async function opened(model: ChannelModel): Promise<Channel> {
  try {
    const channel = await model.createChannel();
    channel.on("error", () => {});
    return channel;
  } catch (cause) {
    throw new TransportError(`cannot open a channel: ${(cause as Error).message}`, { cause });
  }
}

async function asked<Answer>(queue: string, answer: PromiseLike<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (cause) {
    const { message } = cause as Error;
    if (message.includes("NOT_FOUND")) throw new QueueNotFound(queue, queue, { cause });
    throw new TransportError(`cannot read ${queue}: ${message}`, { cause });
  }
}

async function closed(channel: Channel): Promise<void> {
  try {
    await channel.close();
  } catch {
    // It is closed: nothing is in hand any more.
  }
}
