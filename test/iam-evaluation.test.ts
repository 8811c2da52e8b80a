import { expect, it } from "vitest";
import { isAllowed, type PolicyDocument, type Statement } from "./iam-evaluation.ts";

const QUEUE = "arn:aws:sqs:eu-central-1:123456789012:asya-a";

function policy(...statements: Partial<Statement>[]): PolicyDocument {
  const complete = { Effect: "Allow", Action: "sqs:SendMessage", Resource: QUEUE } as const;
  return { Version: "2012-10-17", Statement: statements.map((one) => ({ ...complete, ...one })) };
}

it.each<[Partial<Statement>[], boolean]>([
  [[], false],
  [[{}], true],
  [[{ Action: ["sqs:GetQueueUrl", "SQS:sendmessage"] }], true],
  [[{ Action: "sqs:Send*" }], true],
  [[{ Action: "s3:*" }], false],
  [[{ Resource: [`${QUEUE}b`, "arn:aws:sqs:*:123456789012:asya-?"] }], true],
  [[{ Resource: QUEUE.toUpperCase() }], false],
  [[{ Resource: QUEUE.slice(0, -1) }], false],
  [[{}, { Effect: "Deny", Resource: "*" }], false],
  [[{}, { Effect: "Deny", Action: "sqs:DeleteQueue" }], true],
])("%j: sending is allowed: %s", (statements, allowed) => {
  expect(isAllowed(policy(...statements), "sqs:SendMessage", QUEUE)).toBe(allowed);
});

it("what it does not understand is an error, not a verdict", () => {
  const conditional = { Condition: { Bool: { "aws:SecureTransport": "true" } } } as Partial<Statement>;
  expect(() => isAllowed(policy(conditional), "sqs:SendMessage", QUEUE)).toThrow("Condition");
  expect(() => isAllowed(policy({ Resource: "${aws:username}" }), "sqs:SendMessage", QUEUE)).toThrow(
    "variables",
  );
});
