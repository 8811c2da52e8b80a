import { expect, it } from "vitest";
import type { Observed } from "../../core/manifest.ts";
import { readiness } from "./readiness.ts";

type Condition = [type: string, status: string, reason: string, message?: string];

function observed(...conditions: Condition[]): Observed {
  return {
    status: {
      conditions: conditions.map(([type, status, reason, message]) => ({ type, status, reason, message })),
    },
  };
}

const SYNCED: Condition = ["Synced", "True", "ReconcileSuccess"];

it.each<[string, Observed, { ready: boolean; failed: boolean; message: string }]>([
  ["ready", observed(SYNCED, ["Ready", "True", "Available"]), { ready: true, failed: false, message: "" }],
  [
    "the 25 s that a new queue takes",
    observed(SYNCED, ["Ready", "False", "Creating"]),
    {
      ready: false,
      failed: false,
      message: "is being made (a queue takes about 25 s until its provider reports it)",
    },
  ],
  [
    "an object that the provider has not seen",
    {},
    { ready: false, failed: false, message: "the AWS provider has not looked at it yet" },
  ],
  [
    "AWS out of reach, although Ready stays True",
    observed(
      ["Synced", "False", "ReconcileError", "observe failed: connection refused"],
      ["Ready", "True", "Available"],
    ),
    {
      ready: false,
      failed: true,
      message:
        "observe failed: connection refused - the AWS provider cannot reach AWS, or the endpoint of its configuration",
    },
  ],
  [
    "a dead-letter queue that is not there yet",
    observed(["Synced", "False", "ReconcileError", "create failed: NonExistentQueue: Could not find DLQ"]),
    { ready: false, failed: false, message: "create failed: NonExistentQueue: Could not find DLQ" },
  ],
  [
    "the same in the words of AWS",
    observed([
      "Synced",
      "False",
      "ReconcileError",
      "create failed: InvalidParameterValue: Value {} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.",
    ]),
    {
      ready: false,
      failed: false,
      message:
        "create failed: InvalidParameterValue: Value {} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.",
    },
  ],
  [
    "a creation that AWS refused in the background",
    observed(
      SYNCED,
      ["LastAsyncOperation", "False", "AsyncCreateFailure", "AccessDenied"],
      ["Ready", "False", "Creating"],
    ),
    {
      ready: false,
      failed: true,
      message: "AccessDenied - the provider's role needs this right (providerConfigRef)",
    },
  ],
  [
    "deletion",
    {
      ...observed(SYNCED, ["Ready", "True", "Available"]),
      metadata: { deletionTimestamp: "2026-11-25T00:00:00Z" },
    },
    { ready: false, failed: false, message: "is being deleted" },
  ],
])("%s", (_title, object, expected) => {
  expect(readiness("sqs-queue", object)).toEqual(expected);
});

it("a policy that is being made is not called a queue", () => {
  const being = observed(SYNCED, ["Ready", "False", "Creating"]);
  expect(readiness("iam-policy", being)).toEqual({ ready: false, failed: false, message: "is being made" });
});

it("a ServiceAccount works as soon as it exists", () => {
  expect(readiness("service-account", {})).toEqual({ ready: true, failed: false, message: "" });
});

it("the same failure has the same text at each attempt", () => {
  const attempt = (id: string) =>
    readiness(
      "sqs-queue",
      observed([
        "Synced",
        "False",
        "ReconcileError",
        `create failed: operation error SQS: CreateQueue, https response error StatusCode: 400, RequestID: ${id}, api error InvalidAttributeValue: no`,
      ]),
    ).message;
  expect(attempt("1b5-77")).toBe(attempt("9c0-12"));
  expect(attempt("1b5-77")).toContain("StatusCode: 400, api error InvalidAttributeValue: no");
});
