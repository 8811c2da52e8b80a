/** Who moves messages from one queue to the next. */
export type SubjectName =
  "bare" | "simple" | "asya" | "asya, orjson" | "asya, concurrency 4" | "asya, concurrency 32";

export interface Case {
  title: string;
  queueType: "classic" | "quorum";
  payloadBytes: number;
  /** Python source of the module `handlers`. */
  handlers: string;
  /** Who takes part, and how many messages a round has for each: a slow one is not waited for as long. */
  messages: Partial<Record<SubjectName, number>>;
}

const IDENTITY = `
def work(payload):
    return payload
`;
const SLEEPING = `
import time

def work(payload):
    time.sleep(0.01)
    return payload
`;

export const CASES: readonly Case[] = [
  {
    title: "1 KiB, classic queues",
    queueType: "classic",
    payloadBytes: 1_024,
    handlers: IDENTITY,
    messages: {
      bare: 24_000,
      simple: 2_000,
      asya: 12_000,
      "asya, orjson": 16_000,
      "asya, concurrency 4": 12_000,
    },
  },
  {
    title: "1 KiB, quorum queues",
    queueType: "quorum",
    payloadBytes: 1_024,
    handlers: IDENTITY,
    messages: { bare: 16_000, simple: 1_500, asya: 12_000, "asya, orjson": 12_000 },
  },
  {
    title: "64 KiB, quorum queues",
    queueType: "quorum",
    payloadBytes: 65_536,
    handlers: IDENTITY,
    messages: { bare: 3_000, simple: 400, asya: 800, "asya, orjson": 1_200 },
  },
  {
    title: "1 KiB, quorum queues, a handler that sleeps 10 ms",
    queueType: "quorum",
    payloadBytes: 1_024,
    handlers: SLEEPING,
    messages: { simple: 240, asya: 300, "asya, concurrency 32": 6_000 },
  },
];
