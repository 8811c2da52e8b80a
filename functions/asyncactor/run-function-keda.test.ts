import { Capability, Ready, Severity } from "@crossplane-org/function-sdk-typescript";
import { expect, test } from "vitest";
import { readYaml, requestFor } from "../../test/requests.ts";
import { runFunction } from "./run-function.ts";

const PLATFORM = readYaml("examples/quickstart/platform.yaml");
const SCALED = readYaml("examples/quickstart/read-page.yaml");
const NOW = new Date("2026-11-25T12:00:00Z");
type Observed = Parameters<typeof requestFor>[2];

interface Answers {
  /** What Crossplane knows of ScaledObject's schema; undefined before it was asked. */
  schema?: { openapiV3: Record<string, unknown> | undefined };
  /** What it found of its definition. */
  kinds?: readonly object[];
}

function answer(observed: Observed, { schema, kinds }: Answers = {}) {
  const request = requestFor(SCALED, PLATFORM, observed);
  request.meta?.capabilities.push(Capability.CAPABILITY_REQUIRED_SCHEMAS);
  if (schema !== undefined) request.requiredSchemas["scaled-object"] = schema;
  if (kinds !== undefined) {
    const items = kinds.map((resource) => ({
      resource,
      connectionDetails: {},
      ready: Ready.READY_UNSPECIFIED,
    }));
    request.requiredResources["scaler-kind"] = { items };
  }
  const { desired, results, conditions, requirements, meta } = runFunction(request, NOW);
  const looksFor = Object.keys(requirements?.resources ?? {});
  return {
    seconds: meta?.ttl?.seconds,
    objects: Object.keys(desired?.resources ?? {}),
    fatal: results.find(({ severity }) => severity === Severity.SEVERITY_FATAL)?.message,
    scaling: conditions.find(({ type }) => type === "ScalingReady"),
    schemas: requirements?.schemas,
    looksFor: looksFor.filter((name) => name !== "existing-workload"),
  };
}

const KNOWN = { openapiV3: { type: "object" } };
const UNKNOWN = { openapiV3: undefined };
const ABSENT: Answers = { schema: UNKNOWN, kinds: [] };

test("whether the cluster has KEDA is asked until there is a ScaledObject", () => {
  expect(answer({})).toMatchObject({
    schemas: { "scaled-object": { apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject" } },
    looksFor: [],
  });
  expect(answer({}, { schema: KNOWN })).toMatchObject({ looksFor: ["existing-scaled-object"] });
  expect(answer({}, { schema: KNOWN }).objects).toContain("scaled-object");
  const made = answer({ "scaled-object": { kind: "ScaledObject" } });
  expect(made).toMatchObject({ schemas: {}, looksFor: [] });
});

test("that its schema is not known is checked with the definition, which cannot be old", () => {
  const unsure = answer({}, { schema: UNKNOWN });
  expect(unsure.looksFor).toEqual(["scaler-kind"]);
  expect(unsure.scaling?.message).not.toContain("KEDA is missing");
  const definition = (served: boolean) => [{ spec: { versions: [{ name: "v1alpha1", served }] } }];
  const old = answer({}, { schema: UNKNOWN, kinds: definition(true) });
  expect(old.objects).toContain("scaled-object");
  expect(old.looksFor.toSorted()).toEqual(["existing-scaled-object", "scaler-kind"]);
  const off = answer({}, { schema: UNKNOWN, kinds: definition(false) });
  expect(off.scaling?.message).toContain("KEDA is missing");
});

test("a Crossplane that cannot say it is not asked, and the actor is made", () => {
  const { requirements, desired } = runFunction(requestFor(SCALED, PLATFORM), NOW);
  expect(requirements?.schemas).toEqual({});
  expect(Object.keys(desired?.resources ?? {})).toContain("scaled-object");
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
