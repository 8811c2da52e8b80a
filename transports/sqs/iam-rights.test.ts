import { describe, expect, it } from "vitest";
import { type PolicyDocument, rightsOver, SQS_ACTIONS, READ, SEND } from "../../test/iam-evaluation.ts";
import type { ActorView } from "../contract.ts";
import { withDefaults } from "./defaults.ts";
import { queuePolicy } from "./iam.ts";

const HERE = "arn:aws:sqs:eu-central-1:123456789012";
const QUEUES = [
  `${HERE}:asya-summarizer`,
  `${HERE}:asya-summarizer-dlq`,
  `${HERE}:asya-translator`,
  `${HERE}:asya-translator-dlq`,
  `${HERE}:asya-happy-end`,
  `${HERE}:asya-error-end`,
  `${HERE}:billing`,
  "arn:aws:sqs:us-east-1:123456789012:asya-summarizer",
  "arn:aws:sqs:eu-central-1:210987654321:asya-summarizer",
];
const ELSEWHERE = ["arn:aws:iam::123456789012:role/asya-ml-summarizer", "arn:aws:s3:::models/weights", "*"];
const OTHER_ACTIONS = ["iam:PutRolePolicy", "iam:PassRole", "s3:GetObject", "sts:AssumeRole", "kms:Decrypt"];

function rights(
  sendTo: ActorView["sendTo"],
  deadLetters = true,
  redriving = false,
): Record<string, string[]> {
  const platform = withDefaults({
    region: "eu-central-1",
    accountId: "123456789012",
    queues: { dlq: { enabled: deadLetters } },
  });
  const actor: ActorView = {
    name: "summarizer",
    namespace: "ml",
    processingMs: 300_000,
    queueLength: 5,
    sendTo,
    messagesAtDeletion: "Retain",
    redriving,
  };
  const policy = JSON.parse(JSON.stringify(queuePolicy(platform, actor))) as PolicyDocument;
  return rightsOver(policy, [...SQS_ACTIONS, ...OTHER_ACTIONS], [...QUEUES, ...ELSEWHERE]);
}

describe("evaluated over every action of SQS, the role gives exactly", () => {
  const own = [...READ, "sqs:SendMessage"];

  it("with sendTo absent: the own queue to read, all queues of actors to send", () => {
    expect(rights(undefined)).toEqual({
      [`${HERE}:asya-summarizer`]: own,
      [`${HERE}:asya-summarizer-dlq`]: SEND,
      [`${HERE}:asya-translator`]: SEND,
      [`${HERE}:asya-translator-dlq`]: SEND,
      [`${HERE}:asya-happy-end`]: SEND,
      [`${HERE}:asya-error-end`]: SEND,
    });
  });

  it("while dead letters are redriven: the own dead letters to read as well, and nothing else", () => {
    const before = rights(["translator"]);
    const meanwhile = rights(["translator"], true, true);
    const deadLetters = `${HERE}:asya-summarizer-dlq`;
    expect(meanwhile[deadLetters]?.toSorted()).toEqual(own.toSorted());
    expect({ ...meanwhile, [deadLetters]: SEND }).toEqual(before);
    expect(rights(["translator"], false, true)).toEqual(rights(["translator"], false));
  });

  it("with a list: the own queue to read, the listed ones and the ends to send", () => {
    expect(rights(["translator"])).toEqual({
      [`${HERE}:asya-summarizer`]: own,
      [`${HERE}:asya-summarizer-dlq`]: SEND,
      [`${HERE}:asya-translator`]: SEND,
      [`${HERE}:asya-happy-end`]: SEND,
      [`${HERE}:asya-error-end`]: SEND,
    });
  });

  it("with []: the own queue to read, the ends to send", () => {
    expect(rights([])).toEqual({
      [`${HERE}:asya-summarizer`]: own,
      [`${HERE}:asya-summarizer-dlq`]: SEND,
      [`${HERE}:asya-happy-end`]: SEND,
      [`${HERE}:asya-error-end`]: SEND,
    });
  });

  it("nothing over dead letters where the platform has none", () => {
    expect(rights([], false)[`${HERE}:asya-summarizer-dlq`]).toBeUndefined();
  });
});
