import type { Message } from "@aws-sdk/client-sqs";
import { TransportError } from "../messages.ts";
import { decodeBody } from "./body.ts";
import type { SqsQueue } from "./client-queue.ts";
import { ENCODING_ATTRIBUTE } from "./outgoing.ts";

/** Where SQS keeps a queue's messages on several servers, one short poll does not ask all of them. */
const WAIT_SECONDS = 2;
/** Above the time that ten sends take. */
const HIDDEN_SECONDS = 60;

/**
 * Sends each message that lies in the dead letters now and deletes it then. SQS's own StartMessageMoveTask would take what
 * fails again meanwhile as well, keep the attempts in the envelope, and need rights on both queues.
 *
 * @param send - resolves when SQS has it safely.
 * @throws {QueueNotFound | TransportError} and whatever `send` throws; what was not deleted is visible again.
 */
export async function redriveQueue(
  deadLetters: SqsQueue,
  send: (body: Uint8Array) => Promise<void>,
): Promise<number> {
  const count = await deadLetters.approximateMessages();
  let moved = 0;
  while (moved < count) {
    const messages = await deadLetters.receive(count - moved, WAIT_SECONDS, HIDDEN_SECONDS);
    if (messages.length === 0) return moved;
    const outcomes = await Promise.allSettled(
      messages.map(async (message) => await move(deadLetters, message, send)),
    );
    const failure = outcomes.find((outcome) => outcome.status === "rejected");
    if (failure !== undefined) throw failure.reason;
    moved += messages.length;
  }
  return moved;
}

async function move(
  deadLetters: SqsQueue,
  { Body = "", MessageAttributes, ReceiptHandle = "" }: Message,
  send: (body: Uint8Array) => Promise<void>,
): Promise<void> {
  try {
    await send(decodeBody(Body, MessageAttributes?.[ENCODING_ATTRIBUTE]?.StringValue));
  } catch (error) {
    await deadLetters.hide(ReceiptHandle, 0);
    throw error;
  }
  if (await deadLetters.delete(ReceiptHandle)) return;
  throw new TransportError("a message was sent again, but SQS did not take it out of the dead letters");
}
