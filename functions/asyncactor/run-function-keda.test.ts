import { Capability, Severity } from "@crossplane-org/function-sdk-typescript";
import { expect, test } from "vitest";
import { readYaml, requestFor } from "../../test/requests.ts";
import { runFunction } from "./run-function.ts";

const PLATFORM = readYaml("examples/quickstart/platform.yaml");
const SCALED = readYaml("examples/quickstart/read-page.yaml");
const NOW = new Date("2026-11-25T12:00:00Z");
type Observed = Parameters<typeof requestFor>[2];

/** @param schema - what Crossplane answers about ScaledObject; undefined before it was asked. */
function answer(observed: Observed, schema: { openapiV3: Record<string, unknown> | undefined } | undefined) {
  const request = requestFor(SCALED, PLATFORM, observed);
  request.meta?.capabilities.push(Capability.CAPABILITY_REQUIRED_SCHEMAS);
  if (schema !== undefined) request.requiredSchemas["scaled-object"] = schema;
  const { desired, results, conditions, requirements, meta } = runFunction(request, NOW);
  return {
    seconds: meta?.ttl?.seconds,
    objects: Object.keys(desired?.resources ?? {}),
    fatal: results.find(({ severity }) => severity === Severity.SEVERITY_FATAL)?.message,
    scaling: conditions.find(({ type }) => type === "ScalingReady"),
    asks: requirements?.schemas,
  };
}

const SERVED = { openapiV3: { type: "object" } };
const NOT_SERVED = { openapiV3: undefined };

test("whether the cluster has KEDA is asked until there is a ScaledObject", () => {
  expect(answer({}, undefined).asks).toEqual({
    "scaled-object": { apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject" },
  });
  expect(answer({}, SERVED).objects).toContain("scaled-object");
  expect(answer({ "scaled-object": { kind: "ScaledObject" } }, undefined).asks).toEqual({});
});

test("a Crossplane that cannot say it is not asked, and the actor is made", () => {
  const response = runFunction(requestFor(SCALED, PLATFORM), NOW);
  expect(response.requirements?.schemas).toEqual({});
  expect(Object.keys(response.desired?.resources ?? {})).toContain("scaled-object");
});

test("without KEDA and with nothing there yet: no object, no FATAL, and the condition says what to install", () => {
  const { objects, fatal, scaling, seconds } = answer({}, NOT_SERVED);
  expect(objects).toEqual([]);
  expect(fatal).toBeUndefined();
  expect(scaling?.reason).toBe("PlatformError");
  expect(scaling?.message).toContain("KEDA is missing");
  expect(scaling?.message).toContain("install KEDA 2.20.2 or later");
  expect(seconds).toBe(30);
});

test("without KEDA, once objects exist: FATAL, so that nothing that runs is touched", () => {
  const { fatal, objects } = answer({ deployment: { kind: "Deployment" } }, NOT_SERVED);
  expect(fatal).toContain("ASYA-E028 spec.scaling.enabled: KEDA is missing");
  expect(objects).toEqual([]);
});
