import { expect, test } from "vitest";
import { heldBy, type Lease, mayHold, released, sight } from "./lease.ts";

const NOW = new Date("2026-11-25T12:00:00.123Z");
const FREE: Lease = {
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  metadata: { name: "asya-observer", namespace: "asya" },
};

test("a lease that does not exist yet, or is released, may be taken at once", () => {
  expect(mayHold(FREE, "me", sight(FREE, undefined, 0), 0)).toBe(true);
  const given = released(heldBy(FREE, "other", 15, NOW), NOW);
  expect(mayHold(given, "me", sight(given, undefined, 0), 0)).toBe(true);
});

test("another's lease may be taken only when it was not renewed for its whole duration, by our own clock", () => {
  const theirs = heldBy(FREE, "other", 15, new Date("2020-01-01T00:00:00Z"));
  const first = sight(theirs, undefined, 1_000);
  expect(mayHold(theirs, "me", first, 1_000)).toBe(false);
  expect(mayHold(theirs, "me", sight(theirs, first, 15_999), 15_999)).toBe(false);
  expect(mayHold(theirs, "me", sight(theirs, first, 16_000), 16_000)).toBe(true);
  const renewed = heldBy(theirs, "other", 15, NOW);
  expect(mayHold(renewed, "me", sight(renewed, first, 16_000), 16_000)).toBe(false);
});

test("renewing keeps the time of taking; a change of the holder counts", () => {
  const taken = heldBy(FREE, "me", 15, NOW);
  expect(taken.spec).toEqual({
    holderIdentity: "me",
    leaseDurationSeconds: 15,
    acquireTime: "2026-11-25T12:00:00.123000Z",
    renewTime: "2026-11-25T12:00:00.123000Z",
    leaseTransitions: 0,
  });
  const later = new Date("2026-11-25T12:00:02Z");
  expect(heldBy(taken, "me", 15, later).spec).toEqual({
    ...taken.spec,
    renewTime: "2026-11-25T12:00:02.000000Z",
  });
  expect(heldBy(taken, "other", 15, later).spec?.leaseTransitions).toBe(1);
});
