import { expect, test, type TestContext } from "vitest";
import { MissingServer, openOrMissing } from "../conformance/bed.ts";
import { startRabbitmq } from "./brokers.ts";
import { killRun } from "./run.ts";

test(
  "on RabbitMQ with rendered settings 12 kill -9 of sidecars and runtimes lose none of 600 messages",
  { timeout: 120_000 },
  async (context: TestContext) => {
    const broker = await openOrMissing("kill test", () => startRabbitmq());
    if (broker instanceof MissingServer) context.skip(broker.message);
    const plan = { messages: 600, kills: 12, seed: Date.now() % 1_000_000, withinMs: 90_000 };
    // To be repeated: npm run test:kill -- --transport rabbitmq --messages 600 --kills 12 --seed ...
    console.log(`seed ${plan.seed}`);
    try {
      let kills = 0;
      const { missing, problems, unrecognised, said } = await killRun(broker, plan, () => kills++);
      expect({ missing, problems, unrecognised, kills }, said).toEqual({
        missing: [],
        problems: [],
        unrecognised: 0,
        kills: 12,
      });
    } finally {
      await broker.stop();
    }
  },
);
