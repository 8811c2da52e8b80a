import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { tell } from "../story.ts";
import { until } from "../until.ts";
import type { World } from "../world.ts";

const EVERY_MS = 300;

/**
 * Changes something while messages flow to an actor; once that is through, each of them must have ended well, once, and
 * nothing may be left in the queue.
 *
 * @param change - ends when what it changed is seen.
 */
export async function underTraffic(
  world: World,
  name: string,
  what: string,
  change: () => Promise<unknown>,
): Promise<void> {
  const before = world.mail.sent;
  const stopping = new AbortController();
  const flowing = flow(world, name, stopping.signal);
  try {
    await change();
  } finally {
    stopping.abort();
    await flowing;
  }
  await world.mail.allEnd(120_000);
  expect(world.mail.account()).toEqual({ happy: world.mail.sent, failed: 0, dead: 0, missing: [] });
  expect(world.mail.repeated()).toEqual([]);
  await until(
    `asya-${name} is empty`,
    () => world.broker.depth(`asya-${name}`),
    (depth) => depth === 0,
  );
  tell(`${what}: ${world.mail.sent - before} messages meanwhile, each ended well and once`);
}

async function flow({ mail }: World, name: string, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await mail.send([name], 1, { seconds: 0.3 });
    await sleep(EVERY_MS);
  }
}
