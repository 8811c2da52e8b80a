import { expect, test } from "vitest";
import type { Hop } from "./journey.ts";
import { Journeys } from "./journeys.ts";

const ROUTE = ["split", "read", "store"];
const report = (current: number, status = "completed") => ({
  actors: ROUTE,
  current_actor_idx: current,
  status,
});
const end = (origin: string, fanout: string) => ({
  ...report(3, "succeeded"),
  result: 1,
  ...(origin === "" ? {} : { origin, fanout }),
});

function listening() {
  const told: string[] = [];
  const journeys = new Journeys(({ id, actor }: Hop) => told.push(`${id} ${actor}`));
  return { told, journeys };
}

test("reports that come in the wrong order are told in the order of the route", async () => {
  const { told, journeys } = listening();
  const outcome = journeys.begin("e1", () => {});
  for (const at of [0, 1, 2]) journeys.progress("e1", report(at, "received"));
  journeys.final("e1", end("", ""));
  journeys.progress("e1", report(2));
  journeys.progress("e1", report(1));
  expect(told).toEqual([]);
  journeys.progress("e1", report(0));
  expect(told).toEqual(["e1 split", "e1 read", "e1 store", "e1 happy-end"]);
  expect((await outcome).leaves).toHaveLength(1);
});

test("a part of a fan-out waits for itself, not for the part that keeps its parent's id", async () => {
  const { told, journeys } = listening();
  const outcome = journeys.begin("e1", () => {});
  journeys.progress("e1", report(0));
  for (const id of ["e1", "e1-1"]) for (const at of [1, 2]) journeys.progress(id, report(at, "received"));
  for (const at of [1, 2]) journeys.progress("e1", report(at));
  journeys.final("e1-1", end("split:1/read:0", "2/1"));
  expect(told).toEqual(["e1 split", "e1 read", "e1 store"]);
  for (const at of [2, 1]) journeys.progress("e1-1", report(at));
  expect(told.slice(3)).toEqual(["e1-1 read", "e1-1 store", "e1-1 happy-end"]);
  journeys.final("e1", end("split:0/read:0", "2/1"));
  expect((await outcome).leaves).toHaveLength(2);
});

test("parts that go straight to their ends wait for the work of their parent", () => {
  const { told, journeys } = listening();
  void journeys.begin("e1", () => {});
  for (const at of [0, 1]) journeys.progress("e1", report(at));
  journeys.progress("e1", report(2, "received"));
  journeys.final("e1-2", end("", ""));
  expect(told).toEqual(["e1 split", "e1 read"]);
  journeys.progress("e1", report(2));
  expect(told.slice(2)).toEqual(["e1 store", "e1-2 happy-end"]);
});

test("a report that never comes holds the others up for 2 s, and not the outcome of the whole", async () => {
  const { told, journeys } = listening();
  const outcome = journeys.begin("e1", () => {});
  journeys.progress("e1", report(2));
  journeys.final("e1", end("", ""));
  expect((await outcome).succeeded).toBe(true);
  expect(told).toEqual(["e1 store", "e1 happy-end"]);
});

test("an envelope that was sent to an end actor itself has arrived there", async () => {
  const { told, journeys } = listening();
  const outcome = journeys.begin("e1", () => {});
  journeys.final("e1", { ...end("", ""), actors: ["happy-end"], current_actor_idx: 0 });
  expect(told).toEqual(["e1 happy-end"]);
  expect((await outcome).succeeded).toBe(true);
});

test("an envelope that nobody here waits for is told as its reports come", () => {
  const { told, journeys } = listening();
  journeys.final("e9", end("", ""));
  journeys.progress("e9", report(2));
  expect(told).toEqual(["e9 happy-end", "e9 store"]);
});
