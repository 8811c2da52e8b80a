import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { startFunction, stopFunction } from "../function-process.ts";
import { tell } from "../story.ts";
import { settled, until } from "../until.ts";
import { World } from "../world.ts";
import { Pair } from "../pair.ts";

const { functionProcess } = inject("run");
if (functionProcess === undefined)
  tell("left out: the function comes from its package here, and Crossplane keeps it running");

describe.skipIf(functionProcess === undefined)("the function is down", () => {
  let world: World;
  let pair: Pair;
  let before: object;
  let down = false;
  beforeAll(async () => {
    world = await World.open();
    pair = await Pair.at(world, "orphan");
    before = await pair.whatRuns();
    // n.b. Crossplane waits 2 minutes for an answer, and forgets it where the actor was written meanwhile.
    await settled("the actor", async () => (await world.actor(pair.steady)).metadata.resourceVersion, 20_000);
    await stop();
  });
  afterAll(async () => {
    if (down) start();
    await pair.remove();
    await world.close();
  });

  test(
    "Synced says that an edit waits for the function, and nothing that runs is touched",
    { timeout: 300_000 },
    async () => {
      pair.edit(20);
      const synced = await world.says(pair.steady, "Synced", "False", 280_000);
      tell(`Synced says: ${String(synced["message"])}`);
      expect(synced["message"]).toMatch(/cannot run Function .*function-/);
      expect(synced["message"]).toMatch(/connection refused|DeadlineExceeded|deadline exceeded/);
      expect(await pair.whatRuns()).toEqual(before);
    },
  );

  test("who runs works on, and a message wakes who sleeps", async () => {
    await pair.work();
    tell("both have handled a message without the function");
    expect(await pair.whatRuns()).toEqual(before);
  });

  test("once it is back the edit arrives by itself", { timeout: 360_000 }, async () => {
    start();
    await until(
      "the edit is there",
      () => pair.timeout(),
      (timeout) => timeout === "20s",
      // n.b. gRPC tries again after 2 minutes at most.
      300_000,
    );
    await world.says(pair.steady, "Synced", "True");
    await world.reaches(pair.steady, "Running");
  });

  async function stop(): Promise<void> {
    if (functionProcess === undefined) return;
    down = true;
    await stopFunction(functionProcess);
    tell("the function is down");
  }

  function start(): void {
    if (functionProcess === undefined) return;
    tell(`the function is back as process ${startFunction(functionProcess)}`);
    down = false;
  }
});
