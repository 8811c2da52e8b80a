import { expect, test } from "vitest";
import type { Manifest, Observed, ObservedMetadata } from "../../../core/manifest.ts";
import { adoptionFindings } from "./adoption.ts";

const SELECTOR = { matchLabels: { app: "a" } };

function actor(annotations: Record<string, string>) {
  const metadata = { name: "a", uid: "uid-1", annotations };
  return { apiVersion: "asya.sh/v1alpha1", kind: "AsyncActor", metadata, spec: {} };
}

function found(
  metadata: ObservedMetadata,
  { adopt = false, kind = "Deployment", existing = {}, wanted = {} }: Partial<Case> = {},
): string[] {
  const object: Observed = {
    kind,
    metadata: { name: "a", ...metadata },
    spec: { selector: SELECTOR, ...existing },
  };
  const manifest: Manifest = {
    apiVersion: "apps/v1",
    kind,
    metadata: { name: "a" },
    spec: { selector: SELECTOR, ...wanted },
  };
  const annotations: Record<string, string> = adopt ? { "asya.sh/adopt": "true" } : {};
  return adoptionFindings(
    actor(annotations),
    { workload: manifest },
    { workload: object, scaledObject: undefined },
  ).map(({ message }) => message);
}

interface Case {
  adopt: boolean;
  kind: string;
  existing: Record<string, unknown>;
  wanted: Record<string, unknown>;
}

const owner = (uid: string) => ({
  ownerReferences: [{ uid, controller: true, kind: "AsyncActor", name: "b" }],
});

test("a workload of this name that nobody owns is taken over only on request", () => {
  expect(found({})).toEqual(['Deployment "a" exists and is not this actor\'s']);
  expect(found({}, { adopt: true })).toEqual([]);
});

test("one that another controller owns is never taken over", () => {
  expect(found(owner("uid-2"), { adopt: true })).toEqual([
    'Deployment "a" exists and is controlled by AsyncActor "b"',
  ]);
});

test("our own, not yet in the actor's references, is no stranger", () => {
  expect(found(owner("uid-1"))).toEqual([]);
});

test("one that is about to go is waited for", () => {
  expect(found({ ...owner("uid-2"), deletionTimestamp: "2026-11-25T12:00:00Z" })).toEqual([
    'Deployment "a" exists and is being deleted',
  ]);
});

test("what Kubernetes lets nobody change must fit already", () => {
  const other = { existing: { selector: { matchLabels: { app: "a", tier: "x" } } }, adopt: true };
  expect(found({}, other)).toEqual([
    'Deployment "a" exists and cannot be taken over: its spec.selector is {"matchLabels":{"app":"a","tier":"x"}}, ' +
      'an actor\'s {"matchLabels":{"app":"a"}}, and Kubernetes never lets it change',
  ]);
  const claim = (name: string, spec: object) => ({ metadata: { name }, spec });
  const stateful = {
    adopt: true,
    kind: "StatefulSet",
    existing: {
      serviceName: "a",
      podManagementPolicy: "OrderedReady",
      volumeClaimTemplates: [claim("models", { volumeMode: "Filesystem" })],
    },
    wanted: { serviceName: "a", volumeClaimTemplates: [claim("models", {})] },
  };
  expect(found({}, stateful)).toEqual([]);
  expect(found({}, { ...stateful, wanted: { serviceName: "b" } })[0]).toContain(
    'its spec.serviceName is "a"',
  );
  expect(found({}, { ...stateful, wanted: { serviceName: "a" } })[0]).toContain("spec.volumeClaimTemplates");
});

test("one whose pod would keep what is not ours is refused, with the command that takes its pods over", () => {
  const pod = (volume: object) => ({
    template: { spec: { volumes: [{ name: "asya-runtime", ...volume }] } },
  });
  const wanted = pod({ emptyDir: {} });
  expect(found({}, { adopt: true, existing: pod({ emptyDir: {} }), wanted })).toEqual([]);
  expect(found({}, { adopt: true, existing: pod({ configMap: { name: "x" } }), wanted })).toEqual([
    'Deployment "a" exists and cannot be taken over as it is: it would keep its volume asya-runtime (configMap)',
  ]);
});

test("where scaling would begin with fewer pods than run, the way to keep them is part of the advice", () => {
  const advice = (minReplicaCount: number) => {
    const spec = (volume: object, replicas?: number) => ({
      selector: SELECTOR,
      ...(replicas === undefined ? {} : { replicas }),
      template: { spec: { volumes: [{ name: "asya-runtime", ...volume }] } },
    });
    const metadata = { name: "a" };
    const rendered: Record<string, Manifest> = {
      deployment: { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: spec({ emptyDir: {} }) },
      "scaled-object": {
        apiVersion: "keda.sh/v1alpha1",
        kind: "ScaledObject",
        metadata,
        spec: { minReplicaCount },
      },
    };
    const workload: Observed = { kind: "Deployment", metadata, spec: spec({ configMap: { name: "x" } }, 2) };
    const existing = { workload, scaledObject: undefined };
    return adoptionFindings(actor({ "asya.sh/adopt": "true" }), rendered, existing).map(({ fix }) => fix);
  };
  const orphan =
    "kubectl delete deployment a --cascade=orphan: its pods run on until the actor's own Deployment replaces them";
  expect(advice(2)).toEqual([orphan]);
  expect(advice(0)).toEqual([
    `kubectl annotate asyncactor a asya.sh/scale-min=2, else its own would begin with 0; then ${orphan}; take the annotation away when they are ready`,
  ]);
});
