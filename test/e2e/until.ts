import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";

const EVERY_MS = 250;

/**
 * What `look` sees once it is what is wanted. It looks four times a second.
 *
 * @throws where it does not come within the time, with what was seen last.
 */
export async function until<Seen>(
  what: string,
  look: () => Promise<Seen>,
  isWanted: (seen: Seen) => boolean,
  withinMs = 60_000,
): Promise<Seen> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (isWanted(seen)) return seen;
    if (Date.now() > deadline) {
      throw new Error(`not within ${withinMs / 1_000} s: ${what}; seen last: ${JSON.stringify(seen)}`);
    }
    await sleep(EVERY_MS);
  }
}

/** Waits until `look` sees the same for a while. */
export async function settled(
  what: string,
  look: () => Promise<unknown>,
  quietMs: number,
  withinMs = 60_000,
) {
  let [seen, since] = [await look(), Date.now()];
  await until(
    `${what} stand still`,
    async () => {
      const now = await look();
      if (!isDeepStrictEqual(now, seen)) [seen, since] = [now, Date.now()];
      return Date.now() - since;
    },
    (quiet) => quiet >= quietMs,
    withinMs,
  );
}

/** Throws as soon as `look` sees something else than at first. */
export async function unchanged(what: string, look: () => Promise<unknown>, duringMs: number): Promise<void> {
  const before = await look();
  const end = Date.now() + duringMs;
  while (Date.now() < end) {
    await sleep(EVERY_MS * 4);
    const now = await look();
    if (!isDeepStrictEqual(now, before)) {
      throw new Error(`${what} changed from ${JSON.stringify(before)} to ${JSON.stringify(now)}`);
    }
  }
}
