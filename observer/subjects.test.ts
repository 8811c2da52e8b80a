import { expect, test } from "vitest";
import type { Actor } from "./actor.ts";
import type { Pod } from "./pod.ts";
import { type Subject, Subjects } from "./subjects.ts";

const ACTOR: Actor = { metadata: { name: "a", namespace: "n", uid: "1" }, status: {} };

test("pods that are told of before their actor are its pods all the same", () => {
  const subjects = new Subjects();
  subjects.podChanged(pod("a-1"), 0);
  subjects.podChanged(pod("b-1", "b"), 0);
  subjects.actorChanged(ACTOR, 0);
  expect([...only(subjects).pods.keys()]).toEqual(["a-1"]);
  subjects.podDeleted(pod("a-1"), 0);
  expect(only(subjects).pods.size).toBe(0);
});

test("a pod's change is a reason to look after a second, but not within 5 s of the last look", () => {
  const subjects = looked(100_000);
  subjects.podChanged(pod("a-1"), 103_000);
  expect(only(subjects).dueMs).toBe(105_000);
  const rested = looked(100_000);
  rested.podChanged(pod("a-1"), 108_000);
  expect(only(rested).dueMs).toBe(109_000);
});

test("what comes back of our own writes is no reason to look", () => {
  const subjects = looked(100_000);
  subjects.actorChanged({ ...ACTOR, status: { observed: { at: "2026-11-25T12:00:00Z" } } }, 101_000);
  expect(only(subjects).dueMs).toBe(160_000);
  subjects.actorChanged({ ...ACTOR, status: { scaledObjectRef: { name: "a" } } }, 108_000);
  expect(only(subjects).dueMs).toBe(109_000);
});

test("an actor that was deleted and made again is another one", () => {
  const subjects = looked(100_000);
  only(subjects).written = { queuedMessages: 5 };
  subjects.actorChanged({ ...ACTOR, metadata: { ...ACTOR.metadata, uid: "2" } }, 101_000);
  expect(only(subjects)).toMatchObject({ written: {}, writtenAtMs: undefined, dueMs: 101_000 });
});

test("after a restart the time of the last write stands in the status", () => {
  const subjects = new Subjects();
  subjects.actorChanged({ ...ACTOR, status: { observed: { at: "2026-11-25T12:00:00Z" } } }, 0);
  expect(only(subjects).writtenAtMs).toBe(Date.parse("2026-11-25T12:00:00Z"));
});

/** An actor that was looked at, and is due a minute later. */
function looked(atMs: number): Subjects {
  const subjects = new Subjects();
  subjects.actorChanged(ACTOR, atMs);
  Object.assign(only(subjects), { lookedAtMs: atMs, dueMs: atMs + 60_000 });
  return subjects;
}

function only(subjects: Subjects): Subject {
  const [subject] = subjects.all();
  if (subject === undefined) throw new Error("no subject");
  return subject;
}

function pod(name: string, actor = "a"): Pod {
  return { metadata: { name, namespace: "n", uid: name, labels: { "asya.sh/actor": actor } } };
}
