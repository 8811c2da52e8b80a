import { Ready, Severity } from "@crossplane-org/function-sdk-typescript";
import { expect, test } from "vitest";
import { readYaml, requestFor } from "../../test/requests.ts";
import { runFunction } from "./run-function.ts";

const PLATFORM = readYaml("examples/quickstart/platform.yaml");
const SCALED = readYaml("examples/quickstart/read-page.yaml");
const NOW = new Date("2026-11-25T12:00:00Z");
type Observed = Parameters<typeof requestFor>[2];

/** @param kinds - what Crossplane found of ScaledObject's definition; undefined before it was asked. */
function answer(observed: Observed, kinds?: readonly object[]) {
  const request = requestFor(SCALED, PLATFORM, observed);
  if (kinds !== undefined) {
    const items = kinds.map((resource) => ({
      resource,
      connectionDetails: {},
      ready: Ready.READY_UNSPECIFIED,
    }));
    request.requiredResources["scaler-kind"] = { items };
  }
  const { desired, results, conditions, requirements, meta } = runFunction(request, NOW);
  return {
    seconds: meta?.ttl?.seconds,
    objects: Object.keys(desired?.resources ?? {}),
    fatal: results.find(({ severity }) => severity === Severity.SEVERITY_FATAL)?.message,
    scaling: conditions.find(({ type }) => type === "ScalingReady"),
    asks: requirements?.resources["scaler-kind"],
    looksForScaledObject: "existing-scaled-object" in (requirements?.resources ?? {}),
  };
}

const SERVED = [{ spec: { versions: [{ name: "v1alpha1", served: true }] } }];
const ABSENT: object[] = [];

test("whether the cluster has KEDA is asked until there is a ScaledObject", () => {
  expect(answer({}).asks).toEqual({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    matchName: "scaledobjects.keda.sh",
  });
  expect(answer({}, SERVED).objects).toContain("scaled-object");
  expect(answer({ "scaled-object": { kind: "ScaledObject" } }).asks).toBeUndefined();
});

test("a ScaledObject is looked for only where there can be one: Crossplane stops at a kind that it does not know", () => {
  expect(answer({}).looksForScaledObject).toBe(false);
  expect(answer({}, ABSENT).looksForScaledObject).toBe(false);
  expect(answer({}, SERVED).looksForScaledObject).toBe(true);
});

test("a version that is not served is none", () => {
  const off = [{ spec: { versions: [{ name: "v1alpha1", served: false }] } }];
  expect(answer({}, off).scaling?.message).toContain("KEDA is missing");
});

test("without KEDA and with nothing there yet: no object, no FATAL, and the condition says what to install", () => {
  const { objects, fatal, scaling, seconds } = answer({}, ABSENT);
  expect(objects).toEqual([]);
  expect(fatal).toBeUndefined();
  expect(scaling?.reason).toBe("PlatformError");
  expect(scaling?.message).toContain("KEDA is missing");
  expect(scaling?.message).toContain("install KEDA 2.20.2 or later");
  expect(seconds).toBe(30);
});

test("without KEDA, once objects exist: FATAL, so that nothing that runs is touched", () => {
  const { fatal, objects } = answer({ deployment: { kind: "Deployment" } }, ABSENT);
  expect(fatal).toContain("ASYA-E028 spec.scaling.enabled: KEDA is missing");
  expect(objects).toEqual([]);
});
