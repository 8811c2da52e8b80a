import { expect, test } from "vitest";
import type { ActorObject } from "./actor.ts";
import { withRefused } from "./refused.ts";
import type { ActorState } from "./state.ts";

const RUNNING: ActorState = {
  state: "Running",
  message: "1 of 1 replicas are ready",
  healthy: true,
  changesInMs: undefined,
};

function actor(status: "True" | "False", message = ""): ActorObject {
  return {
    apiVersion: "asya.sh/v1alpha1",
    kind: "AsyncActor",
    metadata: { name: "read", namespace: "pages" },
    spec: {},
    status: { conditions: [{ type: "Synced", status, reason: "R", message }] },
  };
}

test("a newer spec that the API server refuses is said beside what runs, and where the reason stands", () => {
  expect(withRefused(RUNNING, actor("False", "Unsynced resources: deployment, scaled-object"))).toEqual({
    ...RUNNING,
    message:
      "1 of 1 replicas are ready; the API server refuses the newest deployment, scaled-object: " +
      "kubectl describe asyncactor read says why",
  });
});

test.each([
  ["all objects are as they should be", actor("True")],
  ["the condition itself says why", actor("False", "cannot compose resources: admission webhook denied")],
])("nothing is added where %s", (_, object) => {
  expect(withRefused(RUNNING, object)).toEqual(RUNNING);
});
