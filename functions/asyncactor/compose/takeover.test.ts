import { expect, test } from "vitest";
import { vanishingQueueFindings } from "./takeover.ts";

test("a queue that exists and would no longer be rendered is an error, other objects may go", () => {
  const observed = { "rabbitmq-dlq": { kind: "Queue" }, "rabbitmq-user": { kind: "User" } };
  expect(
    vanishingQueueFindings({}, observed).map(({ code, message }) => [code, message.split(" ")[0]]),
  ).toEqual([["E046", "rabbitmq-dlq"]]);
});
