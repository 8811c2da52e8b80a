export interface RetryPolicy {
  /** From 1 = no retry. */
  maxAttempts: number;
  initialDelayMs: number;
  maxDelayMs: number;
  backoff: "exponential" | "linear" | "constant";
  /** Names of error types: with a dot the qualified name, without one its last part. */
  nonRetryable: readonly string[];
}

/**
 * Delay before the next attempt: `initialDelayMs` grown by `backoff` per failed attempt, capped, with full jitter.
 *
 * @param failedAttempts - attempts made so far, counting from 1.
 * @returns whole milliseconds in [0, maxDelayMs].
 * @throws {RangeError} if `failedAttempts` is not a positive whole number.
 * @see https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */
export function retryDelayMs(policy: RetryPolicy, failedAttempts: number, random = Math.random): number {
  if (!Number.isSafeInteger(failedAttempts) || failedAttempts < 1) {
    throw new RangeError(`failedAttempts must be a whole number from 1, got ${failedAttempts}`);
  }
  const factor = { exponential: 2 ** Math.min(failedAttempts - 1, 40), linear: failedAttempts, constant: 1 }[
    policy.backoff
  ];
  return Math.floor(Math.min(policy.initialDelayMs * factor, policy.maxDelayMs) * random());
}

/** Whether another attempt may help, as the policy sees this type of error. `mro`: the type and its bases, qualified. */
export function isRetryable(policy: RetryPolicy, type: string, mro: readonly string[]): boolean {
  const names = [type, ...mro];
  return !policy.nonRetryable.some((pattern) =>
    names.some((name) => name === pattern || (!pattern.includes(".") && lastPart(name) === pattern)),
  );
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}
