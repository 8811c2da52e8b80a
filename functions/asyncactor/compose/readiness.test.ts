import { expect, test } from "vitest";
import { failed, READY, waiting } from "../../../core/conditions.ts";
import { scaledObjectReadiness, worstOf } from "./readiness.ts";

function scaledObject(status: string, message = "") {
  return {
    metadata: { name: "read" },
    status: { conditions: [{ type: "Ready", status, reason: "R", message }] },
  };
}

test.each([
  [
    "Triggers defined in ScaledObject are not working correctly",
    "kubectl describe scaledobject read says why: KEDA cannot read the queue's depth",
  ],
  [
    "error resolving secrets for ScaleTarget: error resolving secret name missing",
    "a Secret that the platform's transport names must exist in the actor's namespace",
  ],
])("KEDA says %s: and what to do", (message, fix) => {
  expect(scaledObjectReadiness(scaledObject("False", message))).toEqual(failed(`${message} - ${fix}`));
});

test("what KEDA accepted is ready; what it has not looked at, or is being deleted, is waited for", () => {
  expect(scaledObjectReadiness(scaledObject("True"))).toEqual(READY);
  expect(scaledObjectReadiness({})).toMatchObject({ ready: false, failed: false });
  const leaving = { ...scaledObject("True"), metadata: { deletionTimestamp: "2026-11-25T12:00:00Z" } };
  expect(scaledObjectReadiness(leaving)).toEqual(waiting("is being deleted"));
});

test("a failure is worse than something missing, and that is worse than waiting", () => {
  const known = { a: READY, b: waiting("not yet"), c: failed("refused") };
  const of = (key: string) => known[key as keyof typeof known];
  expect(worstOf(["a", "b"], of)).toEqual(waiting("b: not yet"));
  expect(worstOf(["a", "b", "missing"], of)).toBeUndefined();
  expect(worstOf(["missing", "c"], of)).toEqual(failed("c: refused"));
});
