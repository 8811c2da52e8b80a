import { describe, expect, it } from "vitest";
import type { Observed } from "../../core/manifest.ts";
import { readiness } from "./readiness.ts";

describe("readiness says what the topology operator said", () => {
  const observed = (status: string, message = ""): Observed => ({
    status: { conditions: [{ type: "Ready", status, reason: "FailedCreateOrUpdate", message }] },
  });

  it.each([
    ["ready", observed("True"), { ready: true, failed: false, message: "" }],
    [
      "a failure",
      observed("False", "the queue is full"),
      { ready: false, failed: true, message: "the queue is full" },
    ],
    [
      "a failure without text",
      observed("False"),
      { ready: false, failed: true, message: "FailedCreateOrUpdate" },
    ],
    [
      "a binding that is earlier than its queue",
      observed("False", "Error 404 (not_found): no queue 'asya-a' in vhost '/'"),
      { ready: false, failed: false, message: "Error 404 (not_found): no queue 'asya-a' in vhost '/'" },
    ],
    [
      "nothing yet",
      {},
      { ready: false, failed: false, message: "the topology operator has not looked at it yet" },
    ],
    [
      "deletion",
      { ...observed("True"), metadata: { deletionTimestamp: "2026-11-25T00:00:00Z" } },
      { ready: false, failed: false, message: "is being deleted" },
    ],
  ])("%s", (_title, object, expected) => {
    expect(readiness("rabbitmq-queue", object)).toEqual(expected);
  });

  it.each([
    [
      "inequivalent arg 'x-dead-letter-exchange' for queue 'asya-a' in vhost '/': received the value '' of type 'longstr' but current is none",
      "a queue of this name exists with other settings",
    ],
    ["Error 404 (not_found): no exchange 'asya' in vhost '/'", "make the platform's topology"],
    ["Error 404 (not_found): vhost_not_found", "make the vhost in the broker"],
    ["Error: API responded with a 401 Unauthorized", "correct username and password in the Secret"],
    [
      'Put "http://rabbitmq:15672/api/queues/a": dial tcp: lookup rabbitmq on 10.245.0.1:53: server misbehaving',
      "the topology operator cannot reach the broker's management API",
    ],
  ])("%s: and what to do", (message, fix) => {
    const said = readiness("rabbitmq-queue", observed("False", message));
    expect(said).toMatchObject({ ready: false, failed: true });
    expect(said.message).toContain(`${message} - ${fix}`);
  });

  it("a queue that is deleted in the broker takes its binding along: the advice brings that back, too", () => {
    const message = "inequivalent arg 'x-delivery-limit' for queue 'asya-a' in vhost '/'";
    const object = (name: string) => ({ ...observed("False", message), metadata: { name } });
    expect(readiness("rabbitmq-queue", object("asya-a")).message).toMatch(
      / and delete it in the broker, then kubectl delete bindings\.rabbitmq\.com asya-a$/,
    );
    // Dead letters come through the default exchange.
    expect(readiness("rabbitmq-dlq", object("asya-a-dlq")).message).toMatch(/ delete it in the broker$/);
  });

  it("the same failure has the same text, whatever port an attempt had", () => {
    const attempt = (port: number) =>
      readiness("rabbitmq-queue", observed("False", `read tcp 10.0.0.7:${port}->10.0.0.9:15672: EOF`))
        .message;
    expect(attempt(51234)).toBe(attempt(51240));
    expect(attempt(51234)).toContain("read tcp 10.0.0.9:15672: EOF");
  });
});
