import { expect, test } from "vitest";
import { deeds, grants, judge } from "./rights.ts";

const ROLE = `
kind: ClusterRole
rules:
  - {apiGroups: [apps], resources: [statefulsets], verbs: [get, create]}
  - {apiGroups: [""], resources: [pods], verbs: [list]}
  - {apiGroups: [external.metrics.k8s.io], resources: ["*"], verbs: [list]}
`;
const ME = "system:serviceaccount:a:me";

function line(
  verb: string,
  objectRef: object,
  decision = "allow",
  username = ME,
  time = "2026-11-25T12:00:00.000000Z",
): string {
  return JSON.stringify({
    verb,
    user: { username },
    objectRef,
    requestReceivedTimestamp: time,
    annotations: { "authorization.k8s.io/decision": decision },
  });
}

const LOG = [
  line("get", { resource: "statefulsets", apiGroup: "apps", name: "x" }),
  line("list", { resource: "s0-rabbitmq", apiGroup: "external.metrics.k8s.io" }),
  line("list", { resource: "pods" }, "allow", "somebody"),
  line("patch", { resource: "asyncactors", subresource: "status", apiGroup: "asya.sh", name: "y" }, "forbid"),
].join("\n");

test("a right that nobody used, and a refusal, are named", () => {
  expect(judge(grants(ROLE), deeds(LOG, ME, new Date(0)), {})).toEqual([
    "create apps/statefulsets is granted and was not used: take it away, or give the reason",
    "list core/pods is granted and was not used: take it away, or give the reason",
    "patch asya.sh/asyncactors/status was refused for y",
  ]);
});

test("a reason stands for a use, and what happened earlier does not count", () => {
  const reasons = {
    "create *": "apply needs it",
    "list core/pods": "x",
    "list external.metrics.k8s.io/*": "x",
  };
  expect(judge(grants(ROLE), deeds(LOG, ME, new Date("2027-01-01")), reasons)).toEqual([
    "get apps/statefulsets is granted and was not used: take it away, or give the reason",
  ]);
});

test("what an API server refuses before it has read the roles is no refusal of a right", () => {
  const role = { resource: "clusterroles", apiGroup: "rbac.authorization.k8s.io" };
  const start = line("list", role, "allow", "system:apiserver", "2026-11-25T12:00:01.000000Z");
  const since = new Date(0);
  expect(deeds([LOG, start].join("\n"), ME, since).refused).toEqual(new Map());
  const later = line("list", role, "allow", "system:apiserver", "2026-11-25T12:01:00.000000Z");
  expect(deeds([LOG, later].join("\n"), ME, since).refused.size).toBe(1);
});
