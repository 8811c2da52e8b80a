import { pino } from "pino";
import { expect, test } from "vitest";
import { Problems } from "./problems.ts";

function logged(): { problems: Problems; lines: string[] } {
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  return { problems: new Problems(log), lines };
}

const messages = (lines: string[]) => lines.map((line) => (JSON.parse(line) as { msg: string }).msg);

test("a thousand actors with one problem are one line, and one when the last of them is well", () => {
  const { problems, lines } = logged();
  const actors = Array.from({ length: 1_000 }, (_, index) => `team/actor-${index}`);
  for (const round of [1, 2, 3])
    for (const actor of actors) problems.report("depth", "KEDA is not there", actor, { round });
  expect(messages(lines)).toEqual(["KEDA is not there"]);
  for (const actor of actors.slice(1)) problems.solved("depth", actor);
  expect(problems.messages).toEqual(["KEDA is not there"]);
  problems.solved("depth", actors[0]);
  expect(messages(lines)).toEqual(["KEDA is not there", "the problem is over"]);
  expect(problems.messages).toEqual([]);
});

test("another problem of the same actor is another line", () => {
  const { problems, lines } = logged();
  problems.report("depth", "KEDA is not there", "a");
  problems.report("depth", "KEDA cannot read the queue", "a");
  expect(messages(lines)).toEqual(["KEDA is not there", "KEDA cannot read the queue"]);
  expect(problems.messages).toEqual(["KEDA cannot read the queue"]);
});

test("what is well is not worth a line", () => {
  const { problems, lines } = logged();
  problems.solved("depth", "a");
  expect(lines).toEqual([]);
});
