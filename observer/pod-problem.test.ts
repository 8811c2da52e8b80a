import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import type { Pod, PodStatus } from "./pod.ts";
import { needsEvents, type PodEvent, podProblem } from "./pod-problem.ts";
import type { PodProblem } from "./pod-state.ts";

/** Statuses that a real kubelet wrote (Kubernetes 1.36), at different moments of the same trouble. */
interface PodCase {
  problem: PodProblem | null;
  events?: PodEvent[];
  metadata: Pod["metadata"];
  spec: Pod["spec"] & {};
  moments: PodStatus[];
}

const FOLDER = join(import.meta.dirname, "pod-cases");
const cases = readdirSync(FOLDER).map((file) => ({
  name: file.replace(".yaml", ""),
  ...(parse(readFileSync(join(FOLDER, file), "utf8")) as PodCase),
}));

test.each(cases)("a pod of $name says what is wrong, the same at every moment", (podCase) => {
  const { metadata, spec, moments, events } = podCase;
  for (const status of moments) {
    expect(podProblem({ metadata, spec, status }, events) ?? null).toEqual(podCase.problem);
  }
});

test("every case is there, and only a well pod has no problem", () => {
  expect(cases.length).toBeGreaterThanOrEqual(25);
  expect(cases.filter(({ problem }) => problem === null).map(({ name }) => name)).toEqual(["well"]);
});

test("a container that crashed and runs again is as broken as before, until it is ready", () => {
  const crashed = { terminated: { reason: "Error", exitCode: 3 } };
  const again = { name: "asya-runtime", restartCount: 1, state: { running: {} }, lastState: crashed };
  const before = podProblem(pod({ name: "asya-runtime", restartCount: 0, ready: false, state: crashed }));
  expect(before?.message).toContain("exit code 3");
  expect(podProblem(pod({ ...again, ready: false, started: true }))).toEqual(before);
  expect(podProblem(pod({ ...again, ready: true, started: true }))).toBeUndefined();
});

test("after a restart of the node a container that starts again is no problem", () => {
  const lastState = { terminated: { reason: "Unknown", exitCode: 255 } };
  const status = { name: "asya-runtime", ready: false, started: false, state: { running: {} }, lastState };
  expect(podProblem(pod(status))).toBeUndefined();
});

test("a container that is still starting is no problem, however long its startup probe lets it", () => {
  const status = {
    name: "asya-runtime",
    ready: false,
    started: false,
    restartCount: 0,
    state: { running: {} },
  };
  expect(podProblem(pod(status))).toBeUndefined();
});

test("while the runtime is not ready the sidecar is not blamed", () => {
  const running = { running: {} };
  const problem = podProblem({
    ...pod(),
    status: {
      phase: "Running",
      containerStatuses: [
        { name: "asya-runtime", ready: false, started: false, state: running },
        { name: "asya-sidecar", ready: false, started: true, state: running },
      ],
    },
  });
  expect(problem).toBeUndefined();
});

test("a pod that is told to stop has no problems", () => {
  const leaving = pod({ name: "asya-runtime", state: { terminated: { reason: "Error", exitCode: 137 } } });
  leaving.metadata.deletionTimestamp = "2026-11-25T12:00:00Z";
  expect(podProblem(leaving)).toBeUndefined();
});

test("what a container wrote into its termination message stays where it is", () => {
  const ended = { reason: "Error", exitCode: 1, message: "password=hunter2" };
  const problem = podProblem(pod({ name: "asya-runtime", state: { terminated: ended } }));
  expect(problem?.state).toBe("RuntimeError");
  expect(problem?.message).not.toContain("hunter2");
});

test("events are asked for only where a scheduled pod waits for its node for 20 s without a reason", () => {
  const waiting: Pod = {
    ...pod({ name: "asya-runtime", state: { waiting: { reason: "ContainerCreating" } } }),
  };
  waiting.status = {
    ...waiting.status,
    phase: "Pending",
    conditions: [{ type: "PodScheduled", status: "True", lastTransitionTime: "2026-11-25T12:00:00Z" }],
  };
  expect(needsEvents(waiting, new Date("2026-11-25T12:00:19Z"))).toBe(false);
  expect(needsEvents(waiting, new Date("2026-11-25T12:00:20Z"))).toBe(true);
  const pulling = structuredClone(waiting);
  pulling.status!.containerStatuses![0]!.state = { waiting: { reason: "ImagePullBackOff" } };
  expect(needsEvents(pulling, new Date("2026-11-25T12:01:00Z"))).toBe(false);
});

function pod(...containerStatuses: (PodStatus["containerStatuses"] & {})[number][]): Pod {
  return {
    metadata: { name: "a-1", namespace: "n", uid: "1" },
    spec: { containers: [{ name: "asya-runtime" }, { name: "asya-sidecar" }] },
    status: { phase: "Running", containerStatuses },
  };
}
