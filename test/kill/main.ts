/** npm run test:kill [-- --transport rabbitmq|sqs|moto --messages 5000 --kills 54 --seed N]: exit code 1 where anything is lost. */
import { parseArgs } from "node:util";
import { startRabbitmq, startSqsOnElasticMq, startSqsOnMoto } from "./brokers.ts";
import { killRun } from "./run.ts";

const BROKERS = { rabbitmq: () => startRabbitmq(), sqs: startSqsOnElasticMq, moto: startSqsOnMoto };
// Ended from outside, it takes servers and pods along: they are ended at exit, which a signal alone would leave out.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

const { values } = parseArgs({
  options: {
    transport: { type: "string", multiple: true, default: ["rabbitmq", "sqs"] },
    messages: { type: "string", default: "5000" },
    kills: { type: "string", default: "54" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});

for (const name of values.transport as (keyof typeof BROKERS)[]) {
  const plan = {
    messages: Number(values.messages),
    kills: Number(values.kills),
    seed: Number(values.seed),
    withinMs: 300_000,
  };
  console.log(`${name}: ${plan.messages} messages, 3 actors, ${plan.kills} kills, seed ${plan.seed}`);
  const startedAt = performance.now();
  const broker = await BROKERS[name]();
  try {
    const { missing, problems, said, ...figures } = await killRun(broker, plan, (line) =>
      console.log(`  ${((performance.now() - startedAt) / 1_000).toFixed(1)} s, ${line}`),
    );
    console.log(figures);
    const isGood = missing.length + problems.length + figures.unrecognised === 0 && figures.duplicates > 0;
    if (!isGood) {
      console.log({ missing, problems });
      console.log(said);
      process.exitCode = 1;
    }
    console.log(`${name}: ${isGood ? "nothing is lost, and what came twice is recognisable" : "FAILED"}`);
  } finally {
    await broker.stop();
  }
}
