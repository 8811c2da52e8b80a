import { delayExchange } from "./access.ts";

/**
 * Shared delay queues: a message waits in the one whose level is the next above its delay, and its own expiration lets it
 * out; then the broker dead-letters it to the actors' exchange under its own routing key. Only the head of a queue
 * expires, so a message can be late by what the one before it has left, at most as long again as its own delay.
 */
const LEVELS_SECONDS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024] as const;

const MAX_DELAY_MS = 1_024_000;

/** Chooses the delay queue. */
const LEVEL_HEADER = "asya-delay";
/** When the message may be handled, in epoch milliseconds: longer delays than the longest queue's take several turns. */
export const DUE_HEADER = "asya-due";

export interface DelayQueue {
  name: string;
  /** Binding arguments on the delay exchange, which is a headers exchange. */
  match: Record<string, string>;
  arguments: Record<string, string | number>;
}

/** What the platform's manifests declare, or a client that may. */
export function delayTopology(exchange: string): { exchange: string; type: "headers"; queues: DelayQueue[] } {
  return { exchange: delayExchange(exchange), type: "headers", queues: LEVELS_SECONDS.map(queueOf) };

  function queueOf(seconds: number): DelayQueue {
    return {
      // Dots keep it apart from every actor's queue.
      name: `${exchange}.delay.${seconds}s`,
      match: { "x-match": "all", [LEVEL_HEADER]: `${seconds}s` },
      arguments: {
        // Of a quorum queue dead letters are safe: they stay until their destination has confirmed them.
        "x-queue-type": "quorum",
        "x-message-ttl": seconds * 1_000,
        "x-dead-letter-exchange": exchange,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
      },
    };
  }
}

/** How a message is sent that shall wait. */
export function delayProperties(dueMs: number, nowMs: number) {
  const delayMs = Math.min(Math.max(Math.ceil(dueMs - nowMs), 1), MAX_DELAY_MS);
  const level = LEVELS_SECONDS.find((seconds) => seconds * 1_000 >= delayMs) ?? LEVELS_SECONDS.at(-1);
  return {
    expiration: String(delayMs),
    headers: { [LEVEL_HEADER]: `${level}s`, [DUE_HEADER]: String(Math.ceil(dueMs)) },
  };
}

/** Milliseconds that a received message still has to wait; 0 = it is due. */
export function waitMs(headers: Readonly<Record<string, unknown>> | undefined, nowMs: number): number {
  const due = Number(headers?.[DUE_HEADER]);
  return Number.isFinite(due) ? Math.max(due - nowMs, 0) : 0;
}
