import { expect, test } from "vitest";
import type { Pod } from "./pod.ts";
import { problemsOf, summarize } from "./pods-summary.ts";

const NO_EVENTS = () => [];
const CRASHED = { terminated: { reason: "Error", exitCode: 1 } };
const NO_IMAGE = { waiting: { reason: "ErrImagePull", message: "not found" } };

test("pods with the same problem are one entry with their number and one of them as an example", () => {
  const pods = [pod("b", CRASHED), pod("a", CRASHED), pod("c", NO_IMAGE), pod("d")];
  const summary = summarize(pods, problemsOf(pods, NO_EVENTS));
  expect(summary).toEqual({
    total: 4,
    ready: 1,
    failing: 3,
    problems: [
      {
        state: "ImagePullError",
        count: 1,
        pod: "c",
        container: "asya-runtime",
        message: expect.stringContaining("cannot be pulled: not found"),
      },
      {
        state: "RuntimeError",
        count: 2,
        pod: "a",
        container: "asya-runtime",
        message: expect.stringContaining("kubectl logs a -c asya-runtime"),
      },
    ],
  });
});

test("the order in which pods are told of does not matter", () => {
  const pods = [pod("b", CRASHED), pod("a", NO_IMAGE), pod("c", CRASHED), pod("d")];
  const turned = pods.toReversed();
  expect(JSON.stringify(summarize(turned, problemsOf(turned, NO_EVENTS)))).toBe(
    JSON.stringify(summarize(pods, problemsOf(pods, NO_EVENTS))),
  );
});

test("an evicted pod counts until a later one is ready, and is not one of the pods that exist", () => {
  const evicted = pod("old");
  evicted.status = {
    phase: "Failed",
    reason: "Evicted",
    message: "The node was low on resource: memory. Threshold quantity: 1Mi.",
  };
  const found = problemsOf([evicted], NO_EVENTS);
  expect(summarize([evicted], found)).toMatchObject({
    total: 0,
    failing: 1,
    problems: [{ state: "PendingResources" }],
  });
  const later = pod("new");
  later.metadata.creationTimestamp = "2026-11-25T13:00:00Z";
  expect(problemsOf([evicted, later], NO_EVENTS)).toEqual([]);
});

test("at most eight different problems are listed; all failing pods count", () => {
  const pods = Array.from({ length: 12 }, (_, index) =>
    pod(`p${index}`, { terminated: { reason: "Error", exitCode: index + 1 } }),
  );
  const summary = summarize(pods, problemsOf(pods, NO_EVENTS));
  expect(summary.problems).toHaveLength(8);
  expect(summary.failing).toBe(12);
});

function pod(name: string, state?: object): Pod {
  const failing = state !== undefined;
  return {
    metadata: { name, namespace: "n", uid: name, creationTimestamp: "2026-11-25T12:00:00Z" },
    status: {
      phase: "Running",
      conditions: [{ type: "Ready", status: failing ? "False" : "True" }],
      containerStatuses: [
        { name: "asya-runtime", ready: !failing, started: true, state: state ?? { running: {} } },
      ],
    },
  };
}
