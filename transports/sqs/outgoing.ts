import { encodeBody } from "./body.ts";

export const DUE_ATTRIBUTE = "asya-due";
export const ENCODING_ATTRIBUTE = "asya-encoding";

const MAX_DELAY_SECONDS = 900;

interface Attribute {
  DataType: "String";
  StringValue: string;
}

/** A message in the words of SQS's API. */
export interface OutgoingMessage {
  MessageBody: string;
  DelaySeconds?: number;
  MessageAttributes?: Record<string, Attribute>;
  /** As SQS counts them. */
  bytes: number;
}

/** A message with its attributes. SQS waits 15 minutes at most: a longer delay says when it is due and takes several turns. */
export function outgoing(body: Uint8Array, dueMs: number, nowMs: number): OutgoingMessage {
  const { text, encoding } = encodeBody(body);
  const delaySeconds = Math.max(Math.ceil((dueMs - nowMs) / 1_000), 0);
  const attributes = {
    ...(encoding === undefined ? {} : { [ENCODING_ATTRIBUTE]: attribute(encoding) }),
    ...(delaySeconds > MAX_DELAY_SECONDS ? { [DUE_ATTRIBUTE]: attribute(String(Math.ceil(dueMs))) } : {}),
  };
  return {
    MessageBody: text,
    ...(delaySeconds > 0 ? { DelaySeconds: Math.min(delaySeconds, MAX_DELAY_SECONDS) } : {}),
    ...(Object.keys(attributes).length > 0 ? { MessageAttributes: attributes } : {}),
    bytes: Buffer.byteLength(text) + attributeBytes(attributes),
  };
}

function attribute(value: string): Attribute {
  return { DataType: "String", StringValue: value };
}

/** n.b. SQS counts names, types and values of attributes as part of the message. */
function attributeBytes(attributes: Record<string, Attribute>): number {
  return Object.entries(attributes)
    .flatMap(([name, { DataType, StringValue }]) => [name, DataType, StringValue])
    .reduce((bytes, part) => bytes + Buffer.byteLength(part), 0);
}
