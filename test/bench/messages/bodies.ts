import { NEXT, WORK } from "./queues.ts";

/** Envelopes m0, m1, ...: half of the payload is text, the other half numbers, as an embedding has them. */
export function* bodies(count: number, payloadBytes: number): Generator<Buffer> {
  const route = { actors: [WORK, NEXT], current: 0 };
  const numbers = Array.from({ length: Math.floor(payloadBytes / 16) }, (_, index) => numberAt(index));
  const embedding = JSON.stringify(numbers);
  const around = '{"key":00000,"embedding":,"text":""}'.length;
  const text = WORDS.repeat(Math.ceil(payloadBytes / WORDS.length));
  const fitting = text.slice(0, Math.max(0, payloadBytes - embedding.length - around));
  const head = JSON.stringify({ id: "m", route }).slice(0, -1).split('"m"');
  for (let key = 0; key < count; key++) {
    yield Buffer.from(
      `${head[0]}"m${key}"${head[1]},"payload":{"key":${key},"embedding":${embedding},"text":"${fitting}"}}`,
    );
  }
}

const WORDS = "the quick brown fox jumps over the lazy dog, and the dog does not mind; ";

function numberAt(index: number): number {
  return (((index * 7_919) % 17_998) - 8_999 + 0.5) / 10_000;
}
