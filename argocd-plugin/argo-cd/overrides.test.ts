import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { findProgram } from "../../test/real-program.ts";
import { ACTIONS } from "./actions.ts";
import { OfflineArgoCd } from "./offline-argocd.ts";
import { argocdSettings } from "./settings.ts";

const KUSTOMIZED = resolve(import.meta.dirname, "kustomize/argocd-cm.yaml");
const { data: settings } = parse(readFileSync(KUSTOMIZED, "utf8")) as { data: Record<string, string> };
const TO_COPY = resolve(import.meta.dirname, "settings-to-copy.yaml");
const { data: toCopy } = parse(readFileSync(TO_COPY, "utf8")) as { data: Record<string, string> };
const program = findProgram("argocd");

const SYNCED = { type: "Synced", status: "True", observedGeneration: 2 };
const READY = { type: "Ready", status: "True", observedGeneration: 2 };
const condition = (type: string, status: string, more: object = {}) => ({ type, status, ...more });

function actor(status?: object, annotations?: Record<string, string>): object {
  return {
    apiVersion: "asya.sh/v1alpha1",
    kind: "AsyncActor",
    metadata: { name: "a", namespace: "team", generation: 2, ...(annotations && { annotations }) },
    spec: { transport: "sqs" },
    ...(status && { status }),
  };
}

function inState(state: string, ready: object, message = "why"): object {
  return actor({ observedGeneration: 2, status: state, message, conditions: [SYNCED, ready] });
}

function other(apiVersion: string, kind: string, conditions?: object[]): object {
  const metadata = { name: "a", namespace: "team", generation: 2 };
  return { apiVersion, kind, metadata, spec: {}, ...(conditions && { status: { conditions } }) };
}

const NOT_READY = { ...READY, status: "False" };
const HEALTH: readonly (readonly [string, object, string, string])[] = [
  ["nobody has looked at", actor(), "Progressing", "Crossplane has not looked at it yet"],
  ["runs", inState("Running", READY), "Healthy", "Running: why"],
  ["naps at zero", inState("Napping", READY, "a message wakes it"), "Healthy", "Napping: a message wakes it"],
  ["starts", inState("Creating", NOT_READY), "Progressing", "Creating: why"],
  ["has a wrong image", inState("ImagePullError", NOT_READY), "Degraded", "ImagePullError: why"],
  [
    "was refused",
    actor({
      conditions: [
        condition("Synced", "False", {
          reason: "ReconcileError",
          message: "fatal result: ASYA-E024 no flavor",
        }),
      ],
    }),
    "Degraded",
    "ASYA-E024 no flavor",
  ],
  [
    "is paused",
    actor({ status: "Napping", conditions: [SYNCED, READY] }, { "asya.sh/paused": "true" }),
    "Suspended",
    "paused; messages wait in its queue",
  ],
  [
    "has an edit that nobody rendered",
    actor({ observedGeneration: 1, status: "Running", conditions: [SYNCED, READY] }),
    "Progressing",
    "the newest edit has not been rendered yet",
  ],
];

// n.b. The name of the API group decides which of Argo CD's own scripts would answer otherwise.
const OTHER_KINDS: readonly (readonly [string, object, string])[] = [
  ["a queue without a status", other("sqs.aws.m.upbound.io/v1beta1", "Queue"), "Progressing"],
  [
    "a paused queue",
    other("sqs.aws.m.upbound.io/v1beta1", "Queue", [
      condition("Synced", "False", { reason: "ReconcilePaused" }),
    ]),
    "Suspended",
  ],
  ["a ready role", other("iam.aws.m.upbound.io/v1beta1", "Role", [SYNCED, READY]), "Healthy"],
  [
    "a scaler whose HPA is broken",
    other("keda.sh/v1alpha1", "ScaledObject", [READY, condition("HPAActive", "False")]),
    "Degraded",
  ],
  ["an idle scaler", other("keda.sh/v1alpha1", "ScaledObject", [READY]), "Healthy"],
];

test("what kustomize takes is what the code says", () => {
  expect(settings).toEqual(argocdSettings());
});

describe.skipIf(program === undefined)("the real Argo CD, offline", () => {
  const argocd = new OfflineArgoCd(program ?? "");
  afterAll(() => argocd.close());

  test.each(HEALTH)("an actor that %s", (_, object, status, message) => {
    expect(argocd.override("health", object, settings)).toBe(`STATUS: ${status}\nMESSAGE: ${message}\n`);
  });

  test.each(OTHER_KINDS)("%s", (_, object, status) => {
    expect(argocd.override("health", object, settings)).toMatch(new RegExp(`^STATUS: ${status}\n`));
  });

  const application = (status?: object) => ({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: { name: "keda", namespace: "argocd" },
    ...(status && { status }),
  });
  const synced = { sync: { status: "Synced" } };
  test.each([
    ["nobody has looked at", undefined, "Progressing"],
    [
      "has synced nothing yet",
      { sync: { status: "OutOfSync" }, health: { status: "Healthy" } },
      "Progressing",
    ],
    ["waits for its objects", { ...synced, health: { status: "Missing" } }, "Progressing"],
    ["works", { ...synced, health: { status: "Healthy" } }, "Healthy"],
    ["has a broken object", { ...synced, health: { status: "Degraded" } }, "Degraded"],
    [
      "does not render",
      { ...synced, health: { status: "Healthy" }, conditions: [{ type: "ComparisonError", message: "no" }] },
      "Degraded",
    ],
    [
      "could not be applied",
      { sync: { status: "OutOfSync" }, operationState: { phase: "Failed" } },
      "Degraded",
    ],
  ])("an Application among Applications that %s", (_, status, expected) => {
    expect(argocd.override("health", application(status), toCopy)).toMatch(
      new RegExp(`^STATUS: ${expected}\n`),
    );
  });

  test("offers every action, and greys out what makes no sense now", () => {
    const rows = argocd.override("list-actions", actor(), settings).trim().split("\n").slice(1);
    const offered = Object.fromEntries(rows.map((row) => row.trim().split(/\s+/)));
    expect(Object.keys(offered).toSorted()).toEqual(Object.keys(ACTIONS).toSorted());
    expect(offered).toMatchObject({ pause: "false", resume: "true", "reset-scale": "true" });
  });

  test.each(Object.entries(ACTIONS))("%s changes annotations and nothing else", (name, { set }) => {
    const before = Object.fromEntries(Object.keys(set).map((key) => [key, "before"]));
    const changed = argocd.override("run-action", actor(undefined, before), settings, name);
    const lines = changed.split("\n").filter((line) => /^[<>]/.test(line));
    const keys = lines.map((line) => /^[<>] +([a-z./-]+):/.exec(line)?.[1]);
    const touched = keys.filter((key) => key !== "annotations");
    expect(new Set(touched)).toEqual(new Set(Object.keys(set)));
  });

  test("scale takes its numbers from the dialog", () => {
    const params = ["--param", "min=2", "--param", "max=9"];
    const changed = argocd.override("run-action", actor(), settings, "scale", ...params);
    expect(changed).toContain('asya.sh/scale-min: "2"');
    expect(changed).toContain('asya.sh/scale-max: "9"');
  });

  test("counters refresh nothing", () => {
    // n.b. `ignore-resource-updates` of 3.5.7 says "not configured" of everything: it looks where the settings were moved from.
    // Both settings have one form and go through one normalizer.
    const counters = settings["resource.customizations.ignoreResourceUpdates.asya.sh_AsyncActor"] ?? "";
    const asDifferences = {
      "resource.customizations.ignoreDifferences.asya.sh_AsyncActor": counters,
      // As shipped, Argo CD ignores every status: this Argo CD has been told not to.
      "resource.compareoptions": "ignoreResourceStatusField: none\n",
    };
    const status = { status: "Running", observed: { at: "now" }, queuedMessages: 4, processingMessages: 1 };
    const ignored = argocd.override("ignore-differences", actor(status), asDifferences);
    const lines = ignored.split("\n").filter((line) => line.startsWith("<"));
    expect(lines.map((line) => line.slice(1).trim())).toEqual([
      "observed:",
      "at: now",
      "processingMessages: 1",
      "queuedMessages: 4",
    ]);
  });

  test("a script with a mistake would be seen here", () => {
    const broken = { "resource.customizations.health.asya.sh_AsyncActor": "return obj.no.such" };
    expect(() => argocd.override("health", actor(), broken)).toThrow("non-table object");
  });
});
