import { expect, test } from "vitest";
import type { Pod } from "./pod.ts";
import type { PodProblem } from "./pod-state.ts";
import { Settling } from "./settling.ts";

const POD: Pod = { metadata: { name: "a-1", namespace: "n", uid: "1" } };
const NOT_READY: PodProblem = {
  state: "SidecarError",
  container: "asya-sidecar",
  message: "runs but is not ready",
  settlesAfterMs: 60_000,
};
const FOUND = [{ pod: POD, problem: NOT_READY }];
const NOTHING_SAID = new Set<string>();

test("a problem that may pass counts after its time, and begins anew when it was gone", () => {
  const settling = new Settling();
  expect(settling.settled([POD], FOUND, NOTHING_SAID, 0)).toEqual([]);
  expect(settling.settled([POD], FOUND, NOTHING_SAID, 59_999)).toEqual([]);
  expect(settling.settled([POD], FOUND, NOTHING_SAID, 60_000)).toEqual(FOUND);
  expect(settling.settled([POD], [], NOTHING_SAID, 61_000)).toEqual([]);
  expect(settling.settled([POD], FOUND, NOTHING_SAID, 62_000)).toEqual([]);
});

test("what the status says already need not last again after a restart", () => {
  const said = new Set(['["SidecarError","asya-sidecar"]']);
  expect(new Settling().settled([POD], FOUND, said, 0)).toEqual(FOUND);
});

test("any other problem counts at once", () => {
  const { settlesAfterMs: _, ...crash } = NOT_READY;
  const found = [{ pod: POD, problem: crash }];
  expect(new Settling().settled([POD], found, NOTHING_SAID, 0)).toEqual(found);
});
